"""A foreign RTSP camera for the tests: GStreamer's RTSP server plays an H.264 file, at its own pace, to whoever connects.

usage: /usr/bin/python3 rtspFile.py PORT FILE.mp4; prints "ready" when it listens.
"""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402


def main():
    port, file = sys.argv[1:3]
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f'( filesrc location="{file}" ! qtdemux ! rtph264pay name=pay0 pt=96 config-interval=1 )')
    server.get_mount_points().add_factory("/room", factory)
    server.attach(None)
    print("ready", flush=True)
    GLib.MainLoop().run()


main()
