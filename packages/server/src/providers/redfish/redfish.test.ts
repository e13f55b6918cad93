import { bootContract } from "../contract/boot-contract.ts";
import { identityContract } from "../contract/identity-contract.ts";
import { inventoryContract } from "../contract/inventory-contract.ts";
import { powerContract } from "../contract/power-contract.ts";
import { virtualMediaContract } from "../contract/virtual-media-contract.ts";
import { need, redfishFixture } from "./lab-fixture.ts";

powerContract("redfish", async () => {
  const { provider, blade, close } = await redfishFixture();
  return { power: need(provider.power), machine: blade.id, close };
});

bootContract("redfish", async () => {
  const { provider, blade, close } = await redfishFixture();
  return { boot: need(provider.boot), machine: blade.id, close };
});

inventoryContract("redfish", async () => {
  const { provider, blade, close } = await redfishFixture();
  return { inventory: need(provider.inventory), machine: blade.id, close };
});

virtualMediaContract("redfish", async () => {
  const { provider, blade, close } = await redfishFixture();
  return {
    virtualMedia: need(provider.virtualMedia),
    machine: blade.id,
    image: "http://10.77.1.1:8080/tools.iso",
    close,
  };
});

identityContract("redfish", async () => {
  const { provider, blade, close } = await redfishFixture();
  return {
    identity: need(provider.identity),
    power: need(provider.power),
    machine: blade.id,
    wanted: {
      uuid: "5a1c0de0-0000-4000-8000-0000000000ff",
      serial: "BERTH-1",
      macs: [
        { nic: "nic1", mac: "52:54:00:bb:00:01" },
        { nic: "nic2", mac: "52:54:00:bb:00:02" },
      ],
    },
    close,
  };
});
