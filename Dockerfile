# One binary, one volume, not root. The root file system may be read-only, and needs nothing but /data and /tmp to write to.
FROM oven/bun:1.4.5-debian AS build
WORKDIR /src
COPY package.json bun.lock bunfig.toml ./
RUN bun install --frozen-lockfile
COPY . .
RUN bun src/build.ts

FROM debian:12.12-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin sotto \
 && install -d -o sotto -g sotto -m 700 /data /backups
COPY --from=build /src/dist/sotto /usr/local/bin/sotto
USER 10001
ENV SOTTO_HOST=0.0.0.0 SOTTO_PORT=3000 SOTTO_DATA=/data
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
# The binary asks itself: there is no shell tool in the image for it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["/usr/local/bin/sotto", "healthy"]
ENTRYPOINT ["/usr/local/bin/sotto"]
CMD ["serve"]
