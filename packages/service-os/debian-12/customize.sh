# Runs at the end, with the new root as $1. Everything that makes a plain Debian tree a Berth image is here.
root="$1"

cat > "$root/etc/fstab" <<'EOF'
LABEL=berth-root / ext4 errors=remount-ro 0 1
LABEL=BERTH-BOOT /boot/efi vfat noauto,umask=0077 0 0
EOF
mkdir -p "$root/boot/efi"

# The firmware reads a FAT partition: every new kernel is copied there (dpkg itself can't work on FAT).
cat > "$root/usr/local/sbin/berth-boot-files" <<'EOF'
#!/bin/sh
# Keeps the boot partition on the newest kernel.
set -e
mountpoint -q /boot/efi || { mount /boot/efi; trap 'umount /boot/efi' EXIT; }
for file in vmlinuz initrd.img; do
  cp "/$file" "/boot/efi/$file.new"
  mv "/boot/efi/$file.new" "/boot/efi/$file"
done
EOF
chmod 755 "$root/usr/local/sbin/berth-boot-files"
for hooks in etc/kernel/postinst.d etc/initramfs/post-update.d; do
  mkdir -p "$root/$hooks"
  printf '#!/bin/sh\nexec /usr/local/sbin/berth-boot-files\n' > "$root/$hooks/zz-berth"
  chmod 755 "$root/$hooks/zz-berth"
done

# Only the seed on the disk is asked; no cloud's metadata service is waited for. Modules that nobody asks for cost
# seconds of a slow machine's first boot, so the lists are shorter than Debian's.
cat > "$root/etc/cloud/cloud.cfg.d/90_berth.cfg" <<'EOF'
datasource_list: [NoCloud, None]
manage_etc_hosts: true
preserve_hostname: false
apt_preserve_sources_list: true
# Debian's locale module would generate en_US.UTF-8, half a minute on an emulated processor; a seed may still ask for one.
locale: false
system_info:
  network:
    renderers: [networkd]
growpart: {mode: auto, devices: ["/"], ignore_growroot_disabled: false}
resize_rootfs: noblock
cloud_init_modules: [bootcmd, write-files, growpart, resizefs, disk_setup, mounts, set_hostname, update_hostname, update_etc_hosts, ca-certs, users-groups, ssh]
cloud_config_modules: [locale, set-passwords, apt-configure, ntp, timezone, runcmd]
cloud_final_modules: [package-update-upgrade-install, scripts-per-once, scripts-per-boot, scripts-per-instance, scripts-user, phone-home, final-message, power-state-change]
EOF
chroot "$root" systemctl enable systemd-networkd.service > /dev/null
# Not at boot: a server is patched when its patch policy says so.
chroot "$root" systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service > /dev/null 2>&1
chroot "$root" systemctl enable serial-getty@ttyS0.service > /dev/null 2>&1
printf 'LANG=C.UTF-8\n' > "$root/etc/default/locale"

# What must differ on every server is made at its first boot.
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/hostname" "$root/var/lib/dbus/machine-id"
: > "$root/etc/machine-id"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/log/*.log "$root"/var/log/apt
