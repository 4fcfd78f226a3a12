# One binary, one volume, not root. The root file system may be read-only.
FROM oven/bun:1.4.5-debian AS build
WORKDIR /src
COPY package.json bun.lock bunfig.toml ./
RUN bun install --frozen-lockfile
COPY . .
RUN bun src/build.ts

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /data sotto && install -d -o sotto -g sotto -m 700 /data
COPY --from=build /src/dist/sotto /usr/local/bin/sotto
USER sotto
ENV SOTTO_HOST=0.0.0.0 SOTTO_PORT=3000 SOTTO_DATA=/data
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/sotto"]
CMD ["serve"]
