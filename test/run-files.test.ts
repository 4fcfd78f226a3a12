/** Files that run several nodes and watch them say the same as the code. No container engine runs here: files are read, not run. */
import { expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { YAML } from 'bun';
import { parseConfig } from '../src/config.ts';
import { METRICS } from '../src/ops/metrics.ts';

const ROOT = resolve(import.meta.dir, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
/** Seconds that ending takes at most after SOTTO_DRAIN (docs/operations.md). */
const ENDING_S = 8;
const ALL_OUTSIDE = { database: expect.any(String), redis: expect.any(String), s3: expect.any(Object) };

/** What the server makes of this environment; a name in it that nothing reads is a mistake. */
function configOf(env: Readonly<Record<string, string>>) {
  const asked = new Set<string>();
  const watched = new Proxy(env, {
    get(target, name) {
      asked.add(String(name));
      return Reflect.get(target, name);
    },
  });
  const config = parseConfig([], watched);
  expect(Object.keys(env).filter((name) => !asked.has(name))).toEqual([]);
  return config;
}

interface Composed {
  readonly profiles: readonly string[];
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: object;
  readonly networks?: object;
  readonly stop_grace_period?: string;
}

const compose = YAML.parse(read('compose.yaml')) as {
  readonly services: Readonly<Record<string, Composed>>;
  readonly volumes: object;
};
const named = (name: string): Composed => {
  const service = compose.services[name];
  if (!service) throw new Error(`no service ${name}`);
  return service;
};
const NODES = ['node1', 'node2', 'node3'];

/** As Compose fills in what the person has set. */
const filled = (env: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      value.replace(/\$\{(\w+)[^}]*\}/g, (_all, of: string) =>
        of === 'SOTTO_URL' ? 'https://chat.example.org' : 'a long passphrase'.replaceAll(' ', '-'),
      ),
    ]),
  );

test('compose: one service by itself, or three nodes that are alike, and what they share', () => {
  const of = (profile: string) =>
    Object.keys(compose.services).filter((name) => named(name).profiles.includes(profile));
  expect(of('small')).toEqual(['sotto']);
  expect(of('large')).toEqual([...NODES, 'caddy', 'postgres', 'redis', 's3', 'bucket']);
  for (const name of NODES) expect(named(name)).toEqual(named('node1'));
  const { environment, stop_grace_period = '' } = named('node1');
  const config = configOf(filled(environment));
  expect(config).toMatchObject({ ...ALL_OUTSIDE, drain: 10_000 });
  expect(Number(/^(\d+)s$/.exec(stop_grace_period)?.[1])).toBeGreaterThan(config.drain / 1000 + ENDING_S);
  // Passwords are told by whoever runs it.
  for (const [name, value] of Object.entries(environment ?? {}))
    if (/PASSWORD|SECRET|URL$/.test(name) && name !== 'S3_ENDPOINT') expect(value).toContain('${');
});

test('compose: every service and volume that is named is there, images have a version, and only Caddy is reached from outside', () => {
  for (const [name, service] of Object.entries(compose.services)) {
    for (const other of Array.isArray(service.depends_on)
      ? service.depends_on
      : Object.keys(service.depends_on ?? {}))
      expect(named(other).profiles).toContain('large');
    for (const [, volume = ''] of (service.volumes ?? []).join('\n').matchAll(/^(\w+):/gm))
      expect(Object.keys(compose.volumes)).toContain(volume);
    if (service.image !== 'sotto') expect(service.image).toMatch(/^[\w/]+:\d+\.\d+/);
    if (service.profiles.includes('large')) expect(Boolean(service.ports)).toBe(name === 'caddy');
  }
});

test('Caddy asks every node whether it is ready, and nodes believe what Caddy says of addresses', () => {
  const file = read('packaging/Caddyfile');
  for (const name of NODES) expect(file).toContain(` ${name}:3000`);
  expect(file).toContain('health_uri /readyz\n');
  expect(read('src/routes/health.ts')).toContain("'/readyz'");
  const { ipv4_address: address } = (
    named('caddy').networks as { readonly front: { readonly ipv4_address: string } }
  ).front;
  expect(configOf(filled(named('node1').environment)).trustedProxies).toEqual([`${address}/32`]);
  expect(named('caddy').volumes?.[0]).toStartWith('./packaging/Caddyfile:');
});

type Manifest = Readonly<Record<string, unknown>> & {
  readonly kind: string;
  readonly metadata: { readonly name: string };
};
const KUBERNETES = 'packaging/kubernetes';
const manifests = (file: string): readonly Manifest[] =>
  [YAML.parse(read(`${KUBERNETES}/${file}`))].flat() as Manifest[];

test('Kubernetes: nodes are told what they read, asked where they answer, and end as slowly as they have to', () => {
  const { resources } = YAML.parse(read(`${KUBERNETES}/kustomization.yaml`)) as {
    readonly resources: readonly string[];
  };
  const files = [...new Bun.Glob('*.yaml').scanSync(join(ROOT, KUBERNETES))];
  // The example of a secret is none.
  expect([...resources, 'kustomization.yaml', 'secret.example.yaml'].sort()).toEqual(files.sort());
  const [configuration] = manifests('configuration.yaml');
  const [secret] = manifests('secret.example.yaml');
  const data = configuration?.data as Readonly<Record<string, string>>;
  const secrets = secret?.stringData as Readonly<Record<string, string>>;
  const config = configOf({ ...data, ...secrets });
  expect(config).toMatchObject({ ...ALL_OUTSIDE, metricsToken: 'TOKEN' });
  for (const value of Object.values(secrets))
    expect(value).toMatch(/^(?:[A-Z]+|\w+:\/\/(?:sotto)?:PASSWORD@\S+)$/);

  const [deployment] = manifests('deployment.yaml');
  const [container] = deployment?.spec ? containersOf(deployment.spec) : [];
  expect(deployment?.spec).toMatchObject({
    strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: '100%' } },
    template: {
      spec: {
        automountServiceAccountToken: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: Number(/^USER (\d+)$/m.exec(read('Dockerfile'))?.[1]),
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
    },
  });
  const { terminationGracePeriodSeconds: grace } = podOf(deployment?.spec);
  expect(grace).toBeGreaterThan(config.drain / 1000 + ENDING_S);
  const health = read('src/routes/health.ts');
  const probe = (path: string) => {
    expect(health).toContain(`'${path}'`);
    return { httpGet: { path, port: 'http' } };
  };
  expect(container).toMatchObject({
    image: `registry.example.org/sotto:${JSON.parse(read('package.json')).version}`,
    ports: [{ name: 'http', containerPort: 3000 }],
    envFrom: [{ configMapRef: { name: 'sotto' } }, { secretRef: { name: 'sotto' } }],
    startupProbe: probe('/healthz'),
    livenessProbe: probe('/healthz'),
    readinessProbe: probe('/readyz'),
    resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '1Gi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  });
  expect([configuration?.metadata.name, secret?.metadata.name]).toEqual(['sotto', 'sotto']);
});

interface Pod {
  readonly containers: readonly object[];
  readonly terminationGracePeriodSeconds: number;
}
const podOf = (spec: unknown): Pod => (spec as { readonly template: { readonly spec: Pod } }).template.spec;
const containersOf = (spec: unknown): readonly object[] => podOf(spec).containers;

test('Kubernetes: services, budget and ingress find the nodes, under the name that people open', () => {
  const labels = { 'app.kubernetes.io/name': 'sotto' };
  const selects = { selector: { matchLabels: labels } };
  expect(manifests('deployment.yaml')[0]?.spec).toMatchObject({
    ...selects,
    template: { metadata: { labels } },
  });
  expect(manifests('disruption.yaml')[0]?.spec).toEqual({ maxUnavailable: 1, ...selects });
  const services = manifests('service.yaml');
  expect(services.map(({ metadata: { name } }) => name)).toEqual(['sotto', 'sotto-nodes']);
  for (const { spec } of services)
    expect(spec).toMatchObject({ selector: labels, ports: [{ name: 'http', targetPort: 'http' }] });
  const [configuration] = manifests('configuration.yaml');
  const { SOTTO_URL: url = '' } = (configuration?.data ?? {}) as Readonly<Record<string, string>>;
  const host = URL.parse(url)?.hostname;
  expect(manifests('ingress.yaml')[0]?.spec).toMatchObject({
    tls: [{ hosts: [host] }],
    rules: [
      {
        host,
        http: { paths: [{ path: '/', backend: { service: { name: 'sotto', port: { name: 'http' } } } }] },
      },
    ],
  });
});

/** Series that /metrics gives, each with its labels. */
const SERIES: ReadonlyMap<string, readonly string[]> = new Map(
  METRICS.flatMap(({ name, kind, labels }): [string, readonly string[]][] =>
    kind === 'histogram'
      ? [
          [`${name}_bucket`, [...labels, 'le']],
          [`${name}_sum`, labels],
          [`${name}_count`, labels],
        ]
      : [[name, labels]],
  ),
);
/** What Prometheus adds: its own name for what it scrapes, and where that is; a label of ours of the same name it calls otherwise. */
const ADDED = ['job', 'instance'];

/** Series and labels that no node gives are found by nobody, and no alert rings. */
function checkQuery(query: string): void {
  const bare = query.replaceAll(/"[^"]*"/g, '""');
  const series = [...bare.matchAll(/\b(?:sotto|process|bun)_\w+|\bup\b/g)].map(([name]) => name);
  expect(series.length).toBeGreaterThan(0);
  const known = new Set(ADDED);
  for (const name of series) {
    if (name !== 'up') expect([...SERIES.keys()]).toContain(name);
    for (const label of SERIES.get(name) ?? []) known.add(label === 'job' ? 'exported_job' : label);
  }
  const used = [
    ...[...bare.matchAll(/(\w+)(?==~?"")/g)].map(([, label = '']) => label),
    ...[...bare.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/)),
  ];
  for (const label of used) expect([query, [...known]]).toEqual([query, expect.arrayContaining([label])]);
}

test('Prometheus: what rings, rings by metrics that are there; where nodes are asked is where they answer', () => {
  const { groups } = YAML.parse(read('packaging/prometheus/alerts.yml')) as {
    readonly groups: readonly { readonly rules: readonly { alert: string; expr: string }[] }[];
  };
  const rules = groups.flatMap((group) => group.rules);
  expect(rules.length).toBeGreaterThan(5);
  for (const { expr } of rules) checkQuery(expr);
  const config = YAML.parse(read('packaging/prometheus/prometheus.yml')) as {
    readonly rule_files: readonly string[];
    readonly scrape_configs: readonly {
      metrics_path: string;
      static_configs?: { targets: readonly string[] }[];
    }[];
  };
  for (const file of config.rule_files)
    expect(existsSync(join(ROOT, 'packaging/prometheus', file))).toBe(true);
  for (const { metrics_path: path } of config.scrape_configs)
    expect(read('src/routes/health.ts')).toContain(`'${path}'`);
  expect(config.scrape_configs[0]?.static_configs?.[0]?.targets).toEqual(NODES.map((name) => `${name}:3000`));
});

test('Grafana: every panel asks for metrics that are there, with labels that they have', () => {
  const { panels } = JSON.parse(read('packaging/grafana/sotto.json')) as {
    readonly panels: readonly { id: number; type: string; title: string; targets?: { expr: string }[] }[];
  };
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const shown = panels.filter(({ type }) => type !== 'row');
  expect(shown.length).toBeGreaterThan(20);
  for (const { targets = [] } of shown) {
    expect(targets.length).toBeGreaterThan(0);
    for (const { expr } of targets) checkQuery(expr);
  }
});
