# emu in a container: see docs/container.md.
#
# The base is any Debian-like image with Python 3.11 or later.
ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN apt-get update -q && apt-get install -qy --no-install-recommends binutils busybox
RUN python3 -m venv /tools && python3 -m venv --without-pip /opt/emu
WORKDIR /src
COPY requirements.lock ./
RUN /tools/bin/pip wheel -q --no-deps --require-hashes -r requirements.lock -w /wheels
COPY . ./
# Out of the locked wheels, what builds emu goes into /tools, and emu with what it runs on into /opt/emu.
RUN /tools/bin/pip install -q --no-index --find-links /wheels hatchling \
    && /tools/bin/pip wheel -q --no-index --no-deps --no-build-isolation -w /wheels . \
    && /tools/bin/pip --python /opt/emu/bin/python install -q --no-index --find-links /wheels --no-compile kumo-emu
# Models of services that emu doesn't serve, debugging symbols and what only a compiler reads stay behind. Bytecode is made here, since
# nothing can be written at run time, and isn't compared with the sources' times, which a copied layer may change.
RUN find /opt/emu/lib/python3*/site-packages/botocore/data -mindepth 1 -maxdepth 1 -type d \
        ! -name s3 ! -name sqs ! -name 'dynamodb*' ! -name sts -exec rm -r {} + \
    && find /opt/emu/lib -type f \( -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.h' -o -name '*.pyi' \) -delete \
    && find /opt/emu/lib -type f -name '*.so' -exec strip --strip-unneeded {} + \
    && python3 -m compileall -q --invalidation-mode unchecked-hash /opt/emu/lib \
    && ln -s emu /opt/emu/bin/kumo

FROM ${PYTHON_IMAGE}
# Kumo's user and group. /data may be written by any other uid that the container is run as, too. `localhost` is
# 127.0.0.1 before ::1, where emu doesn't listen: health checks try one address only. Installers go, and the standard
# library gets the bytecode that Python's own images leave out.
RUN groupadd --gid 10000 kumo \
    && useradd --uid 10000 --gid kumo --no-log-init --no-create-home --home-dir /tmp --shell /bin/sh kumo \
    && install -d -o kumo -g kumo -m 0777 /data \
    && echo 'precedence ::ffff:0:0/96 100' >>/etc/gai.conf \
    && stdlib=$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))') \
    && rm -rf "$stdlib/ensurepip" "$stdlib/site-packages/pip" "$stdlib/site-packages/"pip-* /usr/local/bin/pip* \
    && python3 -m compileall -q -x '/(site-packages|test|idlelib|tkinter|turtledemo|lib2to3|pydoc_data)/' "$stdlib"
# Health checks written for Kumo's image call wget.
COPY --from=build /bin/busybox /usr/local/bin/wget
COPY --from=build /opt/emu /opt/emu
ENV PATH=/opt/emu/bin:$PATH PYTHONDONTWRITEBYTECODE=1 KUMO_HOST=0.0.0.0
USER kumo
EXPOSE 4566
HEALTHCHECK --interval=5s --timeout=3s --retries=3 \
    CMD wget -q --spider "http://localhost:${KUMO_PORT:-4566}/kumo/ready"
ENTRYPOINT ["kumo"]
CMD ["serve"]
