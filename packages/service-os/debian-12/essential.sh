# Runs before the kernel is installed, so that its initramfs is made once and small.
mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d"
cat > "$1/etc/initramfs-tools/conf.d/berth" <<'EOF'
MODULES=list
COMPRESS=zstd
EOF
# The disks and file systems that a server may start from.
cat > "$1/usr/share/initramfs-tools/modules.d/berth" <<'EOF'
virtio_pci
virtio_blk
virtio_scsi
nvme
ahci
sd_mod
ext4
EOF
