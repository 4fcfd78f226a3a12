"""
An S3 server for tests: OpenStack Swift with its own S3 interface, proxy and stores in one process, over a folder that is given.
Debian's python3-swift is the whole of it. Arguments: folder, port. Environment: S3_KEY, S3_SECRET, S3_BUCKET, S3_ORIGIN (which
pages of other origins may read answers, `*` for all). Writes "ready" once it serves.
"""

import os
import sys

import eventlet

eventlet.monkey_patch()

from eventlet import wsgi  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.swob import Request  # noqa: E402
from swift.common.wsgi import ConfigString, SwiftHttpProtocol, loadapp  # noqa: E402

FOLDER, PORT = sys.argv[1], int(sys.argv[2])
KEY, SECRET, BUCKET, ORIGIN = (os.environ["S3_" + name] for name in ("KEY", "SECRET", "BUCKET", "ORIGIN"))
ACCOUNT = "test"

# Otherwise it would want a file below /etc.
utils.HASH_PATH_SUFFIX = b"tests"
utils.validate_hash_conf = lambda: None

from swift.account.server import AccountController  # noqa: E402
from swift.container.server import ContainerController  # noqa: E402
from swift.obj.server import ObjectController  # noqa: E402

STORE = {
    "devices": os.path.join(FOLDER, "disk"),
    "mount_check": "false",
    "swift_dir": FOLDER,
    "fallocate_reserve": "0",
    "disable_fallocate": "true",
    "log_level": "ERROR",
}

PROXY = f"""
[DEFAULT]
swift_dir = {FOLDER}
log_level = ERROR
[pipeline:main]
pipeline = catch_errors proxy-logging cache s3api tempauth slo proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:9
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
cors_preflight_allow_origin = {ORIGIN}
allow_multipart_uploads = true
[filter:tempauth]
use = egg:swift#tempauth
user_{ACCOUNT}_{KEY} = {SECRET} .admin
[filter:slo]
use = egg:swift#slo
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
conn_timeout = 5
node_timeout = 30
"""


# What a rule of a bucket says elsewhere.
CORS = {"X-Container-Meta-Access-Control-Allow-Origin": ORIGIN}


def serve(sock, app):
    wsgi.server(sock, app, utils.NullLogger(), protocol=SwiftHttpProtocol)


def start_store(name, controller):
    """One store with a ring of one device: Swift finds it by the file of the ring."""
    sock = eventlet.listen(("127.0.0.1", 0))
    port = sock.getsockname()[1]
    builder = RingBuilder(1, 1, 0)
    place = {"ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1", "replication_port": port}
    builder.add_dev({"region": 1, "zone": 1, "device": "one", "weight": 1.0, **place})
    builder.rebalance()
    builder.get_ring().save(os.path.join(FOLDER, name + ".ring.gz"))
    eventlet.spawn(serve, sock, controller(STORE))


def named_plainly(app):
    """Keys of this kind of account have a colon in them, which no key of a real store has: a name without one stands for it."""
    layer = app
    while not hasattr(layer, "users"):
        layer = layer.app
    user = layer.users.pop(f"{ACCOUNT}:{KEY}")
    layer.users[KEY] = user
    return app


os.makedirs(os.path.join(FOLDER, "disk", "one", "tmp"), exist_ok=True)
for store in (("account", AccountController), ("container", ContainerController), ("object", ObjectController)):
    start_store(*store)
proxy = named_plainly(loadapp(ConfigString(PROXY)))
made = Request.blank(f"/v1/AUTH_{ACCOUNT}/{BUCKET}", {"REQUEST_METHOD": "PUT", "swift.authorize_override": True}, headers=CORS).get_response(proxy)
if made.status_int not in (201, 202):
    sys.exit(f"the bucket could not be made: {made.status}")
front = eventlet.listen(("127.0.0.1", PORT))
print("ready", flush=True)
serve(front, proxy)
