/* SPDX-License-Identifier: MIT */
#include "report_strings.h"

#include <string.h>

const struct words report_strings[REPORT_STRINGS] = {
    [STRING_TITLE] = {{"Transports side by side", "几种传输并排比较"}},
    [STRING_LEAD] = {{"Each transport had a server of its own. All ran at the same time, on "
                      "one machine, and were sent the same messages. Of every figure here, "
                      "less is better.",
                      "每种传输各有一台自己的服务器，同时在一台机器上运行，收到同样的消息。"
                      "这里的每个数字都是越小越好。"}},
    [STRING_REGIME] = {{"{1} clients on each transport; messages of {3} bytes, {2} a "
                        "second; a short poll every {4} s. Messages a poll: {5}.",
                        "每种传输 {1} 个客户端；每秒 {2} 条消息，每条 {3} 字节；短轮询每 "
                        "{4} 秒一次。每次轮询的消息数：{5}。"}},
    [STRING_REGIME_SPARSE] =
        {{"That is sparse: push has little to gather, and many polls come in vain. Nothing "
          "here is said of dense messages.",
          "这属于稀疏：推送没有多少可攒的，许多轮询白跑一趟。这里的结论不适用于密集的消息。"}},
    [STRING_REGIME_DENSE] =
        {{"That is dense: one poll gathers many messages. Nothing here is said of sparse ones.",
          "这属于密集：一次轮询能取走许多条消息。这里的结论不适用于稀疏的消息。"}},
    [STRING_MAP_TITLE] = {{"Where which transport is the cheapest", "在哪里哪种传输最省"}},
    [STRING_MAP_LEAD] = {{"From rare messages to many (to the right), for few clients and "
                          "many (one band each). The colour of a stretch is the transport's "
                          "that costs least there.",
                          "越往右消息越多，每条横带是一种客户端数量。一段的颜色，就是在那里"
                          "花费最少的传输的颜色。"}},
    [STRING_MAP_LIES] = {{"Dots are measured; hollow ones are composed of what was measured "
                          "at another rate and while nothing was published, since waiting "
                          "for such rare messages would take days. Where two transports "
                          "cost the same, noise decides the colour, so a border is known "
                          "only as well as the points beside it. The borders are this "
                          "machine's, at this interval, payload and round trip.",
                          "实心点是实测；空心点由别的速率和没有消息时测到的数字合成，因为等"
                          "这么稀少的消息要好几天。两种传输花费相同的地方，颜色由噪声决定，"
                          "所以边界只准到旁边两点之间。这些边界只属于这台机器、这个间隔、这"
                          "个载荷和这个往返时间。"}},
    [STRING_THEME_AUTO] = {{"auto", "自动"}},
    [STRING_THEME_LIGHT] = {{"light", "浅色"}},
    [STRING_THEME_DARK] = {{"dark", "深色"}},
    [STRING_BROKEN] =
        {{"A check did not hold: see what the program said, at the end. Do not trust the "
          "figures before that is understood.",
          "有一项检查没有通过：见文末程序的原话。弄清原因之前，请不要相信这些数字。"}},
    [STRING_CUT_SHORT] =
        {{"The run was cut short; the figures are of what was measured by then.",
          "这次运行被提前中断；数字只来自中断前已经测到的部分。"}},
    [STRING_NOT_QUIET] =
        {{"The machine was not quiet when the run began: {1} programs wanted a processor, "
          "of which it has {2}. Delays and CPU may suffer from that; what is counted "
          "(requests, bytes) does not.",
          "运行开始时机器并不空闲：平均有 {1} 个程序要用处理器，而处理器有 {2} 个。延迟和 "
          "CPU 可能受影响；计数得来的数字（请求、字节）不受影响。"}},
    [STRING_NO_DELAYS] = {{"Delays are not told: the program that plays the clients was too "
                           "busy, and would have measured itself.",
                           "没有给出延迟：扮演客户端的程序太忙，测到的会是它自己。"}},
    [STRING_VERDICTS] = {{"Does the textbook's order hold?", "教科书的排名成立吗？"}},
    [STRING_VERDICTS_LEAD] =
        {{"Best first. “=” is a tie: the repeats cannot tell the two apart. The small "
          "figure is the place the textbook gives. The order is judged three times: with the "
          "short poll that opens a connection each time, with the one that keeps its "
          "connection, and with the long connection read as that keep-alive, before a short "
          "poll that closes.",
          "最好的在前。“=”表示并列：几次重复分不出高下。小数字是教科书给的名次。排名评判三"
          "遍：一遍用每次新建连接的短轮询，一遍用保持连接的短轮询；最后一遍把“长连接”理解为 "
          "keep-alive，即在保持的连接上轮询，与每次新建连接的短轮询相比。"}},
    [STRING_METRIC] = {{"Figure", "指标"}},
    [STRING_MEASURED_ORDER] = {{"Measured order", "实测名次"}},
    [STRING_WITH_CLOSE] = {{"With short poll, closing", "对每次新建连接的短轮询"}},
    [STRING_WITH_KEPT] = {{"With short poll, kept", "对保持连接的短轮询"}},
    [STRING_AS_KEEP_ALIVE] = {{"Long connection as keep-alive", "长连接指 keep-alive"}},
    [STRING_HOLDS] = {{"holds", "成立"}},
    [STRING_TIES] = {{"holds but for ties", "成立，但有并列"}},
    [STRING_ONLY_BELOW] = {{"holds only below {1} messages a poll",
                            "只在每次轮询不到 {1} 条消息时成立"}},
    [STRING_FAILS] = {{"does not hold", "不成立"}},
    [STRING_ALL_TIE] = {{"all tie", "全部并列"}},
    [STRING_NO_VERDICT] = {{"not judged", "不评判"}},
    [STRING_PLOTS] = {{"The figures drawn", "图"}},
    [STRING_PLOTS_LEAD] =
        {{"A bar is the median of the repeats, the thin line across its end goes from the "
          "least to the most of them (of memory and idle CPU, which are measured once: how "
          "exactly they are known), and a diamond is what the model says. Bars of one "
          "drawing are to scale.",
          "条形是几次重复的中位数，末端的细线从最小画到最大（内存和空闲 CPU 只测一次，细线"
          "表示其精确程度），菱形是模型的预测。同一幅图里的条形按同一比例。"}},
    [STRING_GROUP_DELAY] = {{"How soon", "多快送到"}},
    [STRING_GROUP_TRAFFIC] = {{"What travels", "线路上走了什么"}},
    [STRING_GROUP_SERVER] = {{"What the server pays", "服务器付出什么"}},
    [STRING_DELAY_CURVE] = {{"Delay of all messages", "全部消息的延迟"}},
    [STRING_DELAY_CURVE_X] = {{"delay, ms (logarithmic)", "延迟，毫秒（对数刻度）"}},
    [STRING_DELAY_CURVE_Y] = {{"% there by then", "此时已送到的 %"}},
    [STRING_PARTS] = {{"Bytes per message, by part", "每条消息的字节，按组成"}},
    [STRING_PART_HEADERS] = {{"HTTP heads", "HTTP 头"}},
    [STRING_PART_FRAMING] = {{"framing", "成帧"}},
    [STRING_PART_PAYLOAD] = {{"payload", "有效载荷"}},
    [STRING_USELESS_CURVE] = {{"Useless answers against the model", "无用应答与模型"}},
    [STRING_USELESS_CURVE_Y] = {{"useless answers, %", "无用应答，%"}},
    [STRING_REQUESTS_CURVE] = {{"Requests against the model", "请求数与模型"}},
    [STRING_REQUESTS_CURVE_Y] = {{"requests per message", "每条消息的请求数"}},
    [STRING_PER_POLL_X] = {{"messages a poll (logarithmic)", "每次轮询的消息数（对数刻度）"}},
    [STRING_BY_MODEL] = {{"by the model", "模型"}},
    [STRING_MODEL_POISSON] = {{"model, by chance", "模型：随机到来"}},
    [STRING_MODEL_PERIODIC] = {{"model, evenly", "模型：均匀到来"}},
    [STRING_TABLE] = {{"All figures", "全部数字"}},
    [STRING_TABLE_LEAD] = {{"The median of the repeats; below it, the least and the most. A "
                            "figure's name leads to how it is made and how it can lie.",
                            "几次重复的中位数；下面是最小和最大。点指标的名字，可以看它是怎"
                            "么得来的、会怎样骗人。"}},
    [STRING_MODEL_ROW] = {{"by the model", "按模型"}},
    [STRING_CROSSINGS] = {{"Where the order flips", "名次在哪里翻转"}},
    [STRING_CROSSINGS_LEAD] =
        {{"From so many messages a poll on the short poll is the cheaper one, reckoned from "
          "what a poll and a message cost in this run. A dash: never, or not known.",
          "每次轮询取到这么多条消息以上，短轮询就更省；按这次运行里一次轮询和一条消息的花费"
          "推算。短横表示永不，或不知道。"}},
    [STRING_CROSSINGS_POLL] = {{"Short poll", "短轮询"}},
    [STRING_RUN] = {{"The run", "这次运行"}},
    [STRING_DATE] = {{"Date", "日期"}},
    [STRING_COMMAND] = {{"Command", "命令"}},
    [STRING_VERSION] = {{"Version", "版本"}},
    [STRING_MACHINE] = {{"Machine", "机器"}},
    [STRING_MACHINE_TEXT] = {{"{1} processors; memory {2} GiB", "{1} 个处理器；内存 {2} GiB"}},
    [STRING_KERNEL] = {{"Kernel", "内核"}},
    [STRING_COMPILER] = {{"Compiler", "编译器"}},
    [STRING_LIBRARIES] = {{"Libraries", "库"}},
    [STRING_LOAD] = {{"Load in the minute before", "开始前一分钟的负载"}},
    [STRING_CLIENT_CPU] = {{"The clients' program was busy", "客户端程序的忙碌程度"}},
    [STRING_SOUND] = {{"Messages", "消息"}},
    [STRING_SOUND_TEXT] = {{"{1} delivered, {2} lost, {3} repeated, {4} reordered, {5} changed",
                            "送达 {1}，丢失 {2}，重复 {3}，乱序 {4}，改变 {5}"}},
    [STRING_FEED] = {{"Messages come", "消息的到来"}},
    [STRING_FEED_POISSON] = {{"by chance (Poisson)", "随机（泊松）"}},
    [STRING_FEED_PERIODIC] = {{"evenly spaced", "均匀间隔"}},
    [STRING_EXPLANATIONS] = {{"What each figure means, and how it can lie",
                              "每个数字的含义，以及它会怎样骗人"}},
    [STRING_EXPLANATIONS_LEAD] = {{"The whole of it stands in bench/README.md.",
                                   "完整的说明见 bench/README.md（英文）。"}},
    [STRING_LIES] = {{"How it can lie:", "会怎样骗人："}},
    [STRING_DATA] = {{"The raw data", "原始数据"}},
    [STRING_DATA_LEAD] = {{"All of it is in this file.", "全部都在这个文件里。"}},
    [STRING_DOWNLOAD_JSON] = {{"JSON: every figure of every repeat",
                               "JSON：每次重复的每个数字"}},
    [STRING_DOWNLOAD_CSV] = {{"CSV: a line for each figure and transport",
                              "CSV：每个指标、每种传输一行"}},
    [STRING_OUTPUT] = {{"What the program said", "程序的原话（英文）"}},
};

static const struct lane_words lanes[] = {
    {"websocket", "websocket", 1, {{"WebSocket", "WebSocket"}}},
    {"sse", "sse", 2, {{"SSE", "SSE"}}},
    {"long_poll", "long-poll", 3, {{"long poll", "长轮询"}}},
    {"short_poll", "short-poll", 4, {{"short poll, kept", "短轮询，保持"}}},
    {"short_poll_close", "short-poll-close", 4, {{"short poll, closing", "短轮询，新建"}}},
};

const struct lane_words *report_lane_words(const char *name)
{
    static const struct lane_words unknown = {"", "other", 0, {{"{1}", "{1}"}}};
    for (unsigned i = 0; i < sizeof(lanes) / sizeof(lanes[0]); i++)
        if (strcmp(lanes[i].name, name) == 0)
            return &lanes[i];
    return &unknown;
}

static const struct metric_words metrics[] = {
    {"delay_mean_ms", "ms", "delay", {{"Delay, mean", "延迟，平均"}}},
    {"delay_p50_ms", "ms", "delay", {{"Delay, p50", "延迟，p50"}}},
    {"delay_p90_ms", "ms", "delay", {{"Delay, p90", "延迟，p90"}}},
    {"delay_p99_ms", "ms", "delay", {{"Delay, p99", "延迟，p99"}}},
    {"delay_p999_ms", "ms", "delay", {{"Delay, p99.9", "延迟，p99.9"}}},
    {"delay_max_ms", "ms", "delay", {{"Delay, largest", "延迟，最大"}}},
    {"stale_percent", "%", "stale", {{"Stale, share of the time", "过时的时间占比"}}},
    {"requests", "", "requests", {{"Requests per message", "每条消息的请求数"}}},
    {"useless_percent", "%", "useless", {{"Useless answers", "无用应答"}}},
    {"bytes", "B", "bytes", {{"Bytes per message", "每条消息的字节"}}},
    {"up_bytes", "B", "bytes", {{"of these, up", "其中上行"}}},
    {"down_bytes", "B", "bytes", {{"of these, down", "其中下行"}}},
    {"header_bytes", "B", "bytes", {{"in HTTP heads", "HTTP 头"}}},
    {"framing_bytes", "B", "bytes", {{"framing", "成帧"}}},
    {"payload_bytes", "B", "bytes", {{"payload", "有效载荷"}}},
    {"wire_bytes", "B", "wire", {{"Wire bytes per message", "每条消息的线路字节"}}},
    {"segments", "", "wire", {{"TCP segments per message", "每条消息的 TCP 段"}}},
    {"opens_per_minute", "/min", "opens", {{"TCP opens per client", "每个客户端的 TCP 建连"}}},
    {"cpu_us", "us", "cpu", {{"Server CPU per message", "每条消息的服务器 CPU"}}},
    {"idle_cpu_us", "us/s", "idle", {{"Idle: CPU per client", "空闲：每客户端 CPU"}}},
    {"idle_wire_bytes",
     "B/s",
     "idle",
     {{"Idle: wire bytes per client", "空闲：每客户端线路字节"}}},
    {"user_memory_bytes", "B", "memory", {{"User memory per client", "每客户端用户内存"}}},
    {"kernel_memory_bytes", "B", "memory", {{"Kernel memory per client", "每客户端内核内存"}}},
};

const struct metric_words *report_metric_words(const char *key)
{
    for (unsigned i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
        if (strcmp(metrics[i].key, key) == 0)
            return &metrics[i];
    return NULL;
}

const struct topic_words report_topics[] = {
    {"delay",
     {{"Delay", "延迟"}},
     {{"From when a message was meant to be sent until a client has it, whatever kept it "
       "waiting. p90: nine of ten messages were there by then.",
       "从消息本该发出的时刻，到客户端收到为止，无论中间为何耽搁。p90：十条里有九条在此之前"
       "送到。"}},
     {{"On one machine there is hardly a network: without --rtt long poll looks like push. "
       "One in a hundred of a few messages is one message's luck, so p99 needs 100 messages "
       "to be judged.",
       "在一台机器上几乎没有网络：不加 --rtt，长轮询看上去就像推送。消息少的时候，“百里挑一”"
       "只是一条消息的运气，所以 p99 要有 100 条消息才评判。"}}},
    {"stale",
     {{"Stale", "过时"}},
     {{"The share of the time in which a client lacks at least one message that was meant "
       "to be sent: what somebody who looks at the page sees.",
       "客户端至少缺一条本该发出的消息的时间占比：看着页面的人感受到的就是它。"}},
     {{"It is entered when the message comes: what hangs over the end of a repeat counts in "
       "the next.",
       "消息到了才记账：跨过一次重复末尾的那段，记在下一次里。"}}},
    {"requests",
     {{"Requests", "请求"}},
     {{"HTTP requests of the clients for each message that one of them got. A stream needs "
       "one when it begins, before anything is counted.",
       "客户端每收到一条消息，平均发了多少个 HTTP 请求。流只在开头要一个，那时还没开始计数。"}},
     {{"It depends on the rate before anything else: when messages are many, one poll "
       "brings many of them, and each costs hardly a request.",
       "它首先取决于消息的快慢：消息多的时候，一次轮询取到许多条，每条几乎不花请求。"}}},
    {"useless",
     {{"Useless answers", "无用应答"}},
     {{"The share of the answers to polls that carried no message.",
       "轮询的应答里，一条消息也没带的占多少。"}},
     {{"Where messages come by chance, a poll comes in vain in 36.8 % even at one message a "
       "poll; evenly spaced ones leave none in vain. Few messages scatter around that.",
       "消息随机到来时，即使平均每次轮询一条，也有 36.8 % 的轮询落空；均匀到来则一次也不落"
       "空。消息少时会在这附近波动。"}}},
    {"bytes",
     {{"Bytes", "字节"}},
     {{"What the clients send and receive above TCP, for each message that one of them got: "
       "HTTP heads, the messages' own text, and framing, which is all the rest. Publishing "
       "is left out.",
       "客户端在 TCP 之上收发的字节，按收到的消息平摊：HTTP 头、消息正文，以及其余的一切（"
       "成帧）。不含发布消息的一方。"}},
     {{"Heads are those a browser sends, without cookies, which would come on top of every "
       "poll. TLS and compression are left out.",
       "HTTP 头按浏览器实际所发，但不含 cookie；cookie 会让每次轮询更贵。不含 TLS 和压缩。"}}},
    {"wire",
     {{"Wire bytes, segments", "线路字节与 TCP 段"}},
     {{"The kernel's own count for each client's connection, with 52 bytes of IP and TCP "
       "headers for each segment, acknowledgements included.",
       "内核对每个客户端连接自己的计数；每个段另加 52 字节 IP 与 TCP 头，确认段也算。"}},
     {{"Within a machine a segment may be 64 kB long; a real network cuts large messages "
       "into more of them.",
       "机器内部一个段可以长达 64 kB；真实网络会把大消息切成更多段。"}}},
    {"opens",
     {{"TCP opens", "TCP 建连"}},
     {{"Connections that a client opens in a minute.", "一个客户端一分钟里新建的连接数。"}},
     {{"Opening one costs a round trip, and with TLS several, which a run on one machine "
       "does not show.",
       "建一次连接要一个来回，加上 TLS 要好几个；在一台机器上看不出来。"}}},
    {"cpu",
     {{"Server CPU", "服务器 CPU"}},
     {{"The time that the server's threads were on a processor, divided by the messages "
       "that arrived. Polls in vain are in it, and taking in the message.",
       "服务器各线程占用处理器的时间，除以送达的消息数。落空的轮询和接收消息的开销都在内。"}},
     {{"The kernel does part of the receiver's work within the sender's call. Time stolen "
       "from a virtual machine counts as used. Compare transports of one run, not runs of "
       "two days.",
       "发送方的系统调用里，内核顺带做了接收方的一部分工作。虚拟机被抢走的时间也算作用掉。"
       "请比较同一次运行里的几种传输，不要比较隔天的两次运行。"}}},
    {"idle",
     {{"Idle", "空闲"}},
     {{"The same while nothing is published, for each client and second: polls in vain, or "
       "a heartbeat.",
       "没有消息时的同样数字，按每个客户端每秒计：落空的轮询，或一次心跳。"}},
     {{"It is measured once, over one heartbeat. Its CPU is judged as known within a "
       "quarter.",
       "只测一次，时长为一个心跳。其中 CPU 按误差四分之一评判。"}}},
    {"memory",
     {{"Memory", "内存"}},
     {{"What the server's own memory, and the kernel's for its connections, has grown by "
       "when all clients are there, for each of them.",
       "客户端到齐后，服务器自身内存和内核为连接所占内存的增长，按每个客户端平摊。"}},
     {{"With few clients, what is taken by the page or once is divided by too little; the "
       "kernel's figure holds both ends, and whatever else the machine did. Negative growth "
       "is not told. “pushbench idle” measures it better.",
       "客户端少时，按页或一次性占用的内存被除得太少；内核的数字包含连接的两端，也包含机器"
       "上别的事。负增长不显示。pushbench idle 测得更准。"}}},
    {"model",
     {{"The model", "模型"}},
     {{"What theory says of this rate, interval and round trip, without knowing the "
       "machine: at λ messages a poll a poll comes in vain in e^-λ of all cases, and a "
       "message waits half an interval.",
       "理论对这个速率、间隔和往返时间的预测，不知道机器如何：平均每次轮询 λ 条消息，则有 "
       "e^-λ 的轮询落空，消息平均等半个间隔。"}},
     {{"It expects no delay but the poll's and the path's. That it agrees shows that the "
       "counts are right, not that the world is so simple.",
       "除了轮询和路程，它不认为还有别的延迟。它与实测相符，说明计数没有错，不说明世界这么"
       "简单。"}}},
    {"tie",
     {{"Ties", "并列"}},
     {{"Two transports tie when they differ by less than matters (3 %; CPU 5 %; delays 0.2 "
       "ms), or when the repeats, side by side, do not tell them apart with 99 % certainty.",
       "两种传输相差很小（3%；CPU 5%；延迟 0.2 毫秒），或逐次对照的重复测量不能以 99% 的把"
       "握分出高下，就算并列。"}},
     {{"Few repeats, or a busy machine, hide a difference. The more there are (--repeats "
       "10), the smaller the one that is told.",
       "重复太少或机器繁忙会掩盖差别。重复越多（--repeats 10），能分辨的差别越小。"}}},
    {"verdict",
     {{"The verdict", "结论"}},
     {{"Whether WebSocket, SSE, long poll, short poll come in this order. “Only below X "
       "messages a poll”: with fewer than that the order would hold, by this run's costs.",
       "WebSocket、SSE、长轮询、短轮询是否依此排列。“只在每次轮询不到 X 条时”：按这次运行的"
       "花费，消息再少些排名就成立。"}},
     {{"It holds for this rate, interval and path, and for no other. X is reckoned, not "
       "measured: run again near it.",
       "它只对这个速率、间隔和路程成立，对别的不作数。X 是推算的，不是测到的：请在它附近再"
       "测一次。"}}},
    {NULL, {{NULL}}, {{NULL}}, {{NULL}}},
};

const struct setting_words report_settings[] = {
    {"clients", {{"Clients on each transport", "每种传输的客户端"}}, ""},
    {"rate", {{"Messages a second", "每秒消息数"}}, ""},
    {"payload_bytes", {{"Payload", "有效载荷"}}, "B"},
    {"interval_ms", {{"Short poll: from request to request", "短轮询间隔"}}, "ms"},
    {"repeats", {{"Repeats", "重复次数"}}, ""},
    {"duration_s", {{"Duration of each", "每次时长"}}, "s"},
    {"heartbeat_s",
     {{"Heartbeat, and how long a poll is held", "心跳，也是长轮询的挂起时间"}},
     "s"},
    {"rtt_ms", {{"Round trip added", "附加的往返时间"}}, "ms"},
    {"jitter_ms", {{"Jitter added, each way", "附加的抖动，单程"}}, "ms"},
    {"loss_percent", {{"Segments dropped", "丢弃的段"}}, "%"},
    {"coalesce_ms", {{"Servers gather before writing", "服务器攒批时间"}}, "ms"},
    {"headers", {{"Request headers as of", "请求头"}}, ""},
    {"flush", {{"Write path (--flush)", "写路径（--flush）"}}, ""},
    {"seed", {{"Seed", "随机种子"}}, ""},
    {NULL, {{NULL}}, NULL},
};
