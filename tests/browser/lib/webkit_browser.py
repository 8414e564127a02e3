#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The least browser there can be around WebKitGTK, for WebKitWebDriver to drive (webkit.mjs).

Where Debian's MiniBrowser serves no test: it keeps what pages write on the console to itself when it
is driven, and has a toolbar. Here it goes to standard error, a line each. All it stores goes below
HOME. It ends with its session, or with its screen.
"""
import argparse
import os

import gi
gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2

parser = argparse.ArgumentParser()
parser.add_argument("--size", default="1440x900")
parser.add_argument("--proxy", help="for all requests, those to this machine too")
options = parser.parse_args()
width, height = map(int, options.size.split("x"))

data = WebKit2.WebsiteDataManager(base_data_directory=os.environ["HOME"] + "/data",
                                  base_cache_directory=os.environ["HOME"] + "/cache")
if options.proxy:
    data.set_network_proxy_settings(WebKit2.NetworkProxyMode.CUSTOM,
                                    WebKit2.NetworkProxySettings.new(options.proxy, None))
context = WebKit2.WebContext(website_data_manager=data)
context.set_automation_allowed(True)
settings = WebKit2.Settings(enable_write_console_messages_to_stdout=True)


def open_view(_session):
    view = WebKit2.WebView(web_context=context, settings=settings, is_controlled_by_automation=True)
    window = Gtk.Window(decorated=False, default_width=width, default_height=height)
    window.add(view)
    view.connect("close", lambda _view: window.destroy())
    window.show_all()
    return view


context.connect("automation-started",
                lambda _context, session: session.connect("create-web-view", open_view))
Gtk.main()
