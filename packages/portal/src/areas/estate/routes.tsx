import type { AnyRoute } from "@tanstack/react-router";
import { page } from "../../kit/area.ts";

/** Forms stand beside the lists, not below them: any word behind `/estate/machines/` may be a machine's name. */
export function routes(parent: AnyRoute): AnyRoute[] {
  return [
    page(parent, "/estate", () => import("./topology-page.tsx"), "TopologyPage"),
    page(parent, "/estate/machines", () => import("./machines-page.tsx"), "MachinesPage"),
    page(parent, "/estate/machines/$id", () => import("./machine-page.tsx"), "MachinePage"),
    page(parent, "/estate/enclosures", () => import("./enclosures-page.tsx"), "EnclosuresPage"),
    page(parent, "/estate/enclosures/$id", () => import("./enclosure-page.tsx"), "EnclosurePage"),
    page(parent, "/estate/hosts", () => import("./hosts-page.tsx"), "HostsPage"),
    page(parent, "/estate/hosts/$id", () => import("./host-page.tsx"), "HostPage"),
    page(parent, "/estate/networks", () => import("./networks-page.tsx"), "NetworksPage"),
    page(parent, "/estate/networks/$id", () => import("./network-page.tsx"), "NetworkPage"),
    page(parent, "/estate/identity-ranges", () => import("./identity-ranges-page.tsx"), "IdentityRangesPage"),
    page(parent, "/estate/pools", () => import("./pools-page.tsx"), "PoolsPage"),
    page(parent, "/estate/pools/$id", () => import("./pool-page.tsx"), "PoolPage"),
    page(parent, "/estate/reservations", () => import("./reservations-page.tsx"), "ReservationsPage"),
    page(parent, "/estate/volumes", () => import("./volumes-page.tsx"), "VolumesPage"),
    page(parent, "/estate/images", () => import("./images-page.tsx"), "ImagesPage"),
    page(parent, "/estate/images/$id", () => import("./image-page.tsx"), "ImagePage"),
    page(parent, "/estate/policies", () => import("./policies-page.tsx"), "PoliciesPage"),
    page(parent, "/estate/policies/$id", () => import("./policy-page.tsx"), "PolicyPage"),
    page(parent, "/estate/sites", () => import("./sites-page.tsx"), "SitesPage"),
    page(parent, "/estate/sites/$id", () => import("./site-page.tsx"), "SitePage"),
    page(parent, "/estate/add-machine", () => import("./add-machine-page.tsx"), "AddMachinePage"),
    page(parent, "/estate/add-machines", () => import("./add-machines-page.tsx"), "AddMachinesPage"),
    page(parent, "/estate/add-host", () => import("./add-host-page.tsx"), "AddHostPage"),
    page(parent, "/estate/add-policy", () => import("./policy-page.tsx"), "AddPolicyPage"),
    page(parent, "/estate/add/$noun", () => import("./add-page.tsx"), "AddPage"),
    page(parent, "/estate/edit/machine/$id", () => import("./edit-machine-page.tsx"), "EditMachinePage"),
    page(parent, "/estate/edit/host/$id", () => import("./edit-host-page.tsx"), "EditHostPage"),
    page(parent, "/estate/edit/$noun/$id", () => import("./edit-page.tsx"), "EditPage"),
  ];
}
