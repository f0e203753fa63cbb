"""A foreign RTSP source for the tests: GStreamer's RTSP server, sending H.264 in which every picture carries the wall clock
(milliseconds, 24 bits, as black and white bars) at which it was made.

usage: /usr/bin/python3 rtspServer.py PORT [--bframes N] [--password USER:PASS] [--capture-time]; prints "ready" when it listens.
--capture-time: sender reports say when a picture was made, not when it was sent.
"""
import argparse
import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

WIDTH, HEIGHT, BITS, FPS = 384, 256, 24, 15


def picture(now_ms):
    bar = WIDTH // BITS
    row = b"".join((b"\xeb" if now_ms >> (BITS - 1 - i) & 1 else b"\x10") * bar for i in range(BITS))
    return row * HEIGHT + b"\x80" * (WIDTH * HEIGHT // 2)


def feed(_factory, media):
    source = media.get_element().get_child_by_name("source")
    source.set_property("caps", Gst.Caps.from_string(f"video/x-raw,format=I420,width={WIDTH},height={HEIGHT},framerate={FPS}/1"))

    def push():
        buffer = Gst.Buffer.new_wrapped(picture(int(time.time() * 1000) % (1 << BITS)))
        return source.emit("push-buffer", buffer) == Gst.FlowReturn.OK

    GLib.timeout_add(1000 // FPS, push)


def report_capture_time(_factory, media):
    def added(_bin, _child, element):
        if element.get_factory() and element.get_factory().get_name() == "rtpbin":
            element.set_property("rtcp-sync-send-time", False)

    # the server makes its rtpbin when the media is prepared, which comes after this
    media.get_element().get_parent().connect("deep-element-added", added)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port")
    parser.add_argument("--bframes", type=int, default=0)
    parser.add_argument("--password")
    parser.add_argument("--capture-time", action="store_true")
    args = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(args.port)
    factory = GstRtspServer.RTSPMediaFactory()
    # a frame delay of the encoder must be told to GStreamer (buffers are stamped when they are made), hence do-timestamp
    factory.set_launch(
        "( appsrc name=source is-live=true format=time do-timestamp=true ! queue ! "
        f"x264enc speed-preset=ultrafast tune=zerolatency key-int-max=30 option-string=bframes={args.bframes}:b-adapt=0 ! video/x-h264,profile=main ! "
        "rtph264pay name=pay0 pt=96 config-interval=1 )"
    )
    factory.set_shared(True)
    factory.connect("media-configure", feed)
    if args.capture_time:
        factory.connect("media-configure", report_capture_time)
    if args.password:
        user, word = args.password.split(":")
        auth = GstRtspServer.RTSPAuth()
        token = GstRtspServer.RTSPToken()
        token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, word), token)
        server.set_auth(auth)
        factory.add_role_from_structure(
            Gst.Structure.new_from_string("viewer,media.factory.access=(boolean)true,media.factory.construct=(boolean)true")
        )
    server.get_mount_points().add_factory("/cam", factory)
    server.attach(None)
    print("ready", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    sys.exit(main())
