#!/bin/sh
# Pins each image that Dockerfile and compose name to the digest that it has today: `sh deploy/pin-images.sh`. It needs docker and
# the images' registry; digests are never written by hand.
set -eu
cd "$(dirname "$0")/.."
files="Dockerfile docker-compose.yml docker-compose.development.yml"

for image in $(sed -n -E 's/^(FROM|    image:) ([^ @]+)(@sha256:[0-9a-f]+)?( .*)?$/\2/p' $files | sort -u); do
    digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')
    case "$digest" in sha256:*) ;; *) echo "$image: no digest" >&2; exit 1 ;; esac
    sed -i -E "s|^(FROM\|    image:) $image(@sha256:[0-9a-f]+)?( .*)?\$|\1 $image@$digest\3|" $files
    echo "$image@$digest"
done
