/* SPDX-License-Identifier: MIT */
#include "presets.h"

#include <stddef.h>
#include <string.h>

const struct preset preset_table[] = {
    {"nginx", "http10,strip-upgrade,buffer=4k,heed-accel,idle-cut=60,idle-answer=504",
     "proxy_pass and nothing else"},
    {"nginx-cache", "like=nginx,cache=10", "with proxy_cache"},
    {"haproxy", "coalesce-down=200,idle-cut=50,idle-answer=504",
     "without option http-no-delay, timeouts of 50 s"},
    {"apache", "strip-upgrade,idle-cut=300,idle-answer=502", "mod_proxy_http"},
    {"lighttpd", "strip-upgrade,buffer=all", "mod_proxy without server.stream-response-body"},
    {"squid", "forward,connect-443", "a forward proxy as it comes"},
    {"tinyproxy", "forward", "a forward proxy as it comes"},
    {"privoxy", "forward,buffer=all,idle-cut=300", "a forward proxy with its filters on"},
    {"caddy-encode", "gzip,gzip-min=512,gzip-always", "reverse_proxy with encode gzip"},
    {"varnish-cache", "strip-upgrade,cache=120,idle-cut=60,idle-answer=503",
     "the built-in rules"},
    {"nat", "idle-cut=300,idle-how=nat", "a router that forgets a silent connection"},
    {NULL, NULL, NULL},
};

const struct preset *preset_find(const char *name)
{
    for (const struct preset *preset = preset_table; preset->name; preset++)
        if (strcmp(preset->name, name) == 0)
            return preset;
    return NULL;
}
