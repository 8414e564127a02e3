// SPDX-License-Identifier: MIT
//
// Strings of the heartbeat lab.

export default {
  "heartbeat.title": { en: "Heartbeat", zh: "心跳" },
  "heartbeat.heading": { en: "Heartbeat lab", zh: "心跳实验" },
  "heartbeat.lead": {
    en: "A silent line and a dead one look the same. So one asks: probe, timer, reply; no reply in time, and the other side is declared dead.",
    zh: "线路安静和线路断了，看上去一模一样。所以要问一声：发探测、起定时器、等应答；到点没有应答，就判定对方已失联。",
  },
  "heartbeat.no_lab": {
    en: "The hearts below are real, but nothing can be done to the line, and what the server gets is not seen: that takes `./dev run --lab`. Without it, press Ctrl+Z in the server's terminal: that freezes the server; `fg` wakes it.",
    zh: "下面的心跳都是真的，但没法对线路动手脚，也看不到服务器一侧：那要用 `./dev run --lab` 启动。没有它也可以在服务器的终端按 Ctrl+Z 冻结服务器，再用 `fg` 唤醒。",
  },
  "heartbeat.problem": {
    en: "The relay did not obey: {text}. Is `./dev run --lab` still running?",
    zh: "中继没有执行：{text}。`./dev run --lab` 还在运行吗？",
  },

  "heartbeat.way": { en: "What becomes of the line", zh: "让线路出什么事" },
  "heartbeat.do_line": { en: "Line dies", zh: "线路断了" },
  "heartbeat.do_line_help": {
    en: "As when a cable is pulled or a router restarts: bytes vanish both ways, no FIN, no RST.",
    zh: "像拔掉网线、路由器重启：两个方向的字节都消失，没有 FIN，也没有 RST。",
  },
  "heartbeat.do_server": { en: "Server freezes", zh: "服务器僵死" },
  "heartbeat.do_server_help": {
    en: "Nothing comes from the server any more; what this page sends still arrives.",
    zh: "服务器那边什么也不再过来；本页发出的仍能送达。",
  },
  "heartbeat.do_client": { en: "Client freezes", zh: "客户端僵死" },
  "heartbeat.do_client_help": {
    en: "Nothing of what this page sends arrives any more; the server is still heard.",
    zh: "本页发出的什么也到不了；服务器说的仍然听得见。",
  },
  "heartbeat.do_cut": { en: "Cut with FIN", zh: "正常断开（FIN）" },
  "heartbeat.do_cut_help": {
    en: "For comparison: the connection is closed in good order, and both ends are told at once.",
    zh: "用来对比：连接被正常关闭，两端立刻得知。",
  },
  "heartbeat.do_mend": { en: "Mend", zh: "修好" },
  "heartbeat.do_mend_help": { en: "Everything passes again; whoever has left comes back.", zh: "一切恢复通行，已离开的会回来。" },
  "heartbeat.distance": { en: "Round trip", zh: "往返时间" },
  "heartbeat.way_mend": {
    en: "The line is whole. Spoil it, and watch the timers run out.",
    zh: "线路完好。弄坏它，看定时器一点点走完。",
  },
  "heartbeat.way_line": {
    en: "Both ways are dead, and nobody has been told. Only a timer can find out.",
    zh: "两个方向都不通，谁也没有得到通知。只有定时器能发现。",
  },
  "heartbeat.way_server": {
    en: "The server is not heard any more. It still hears this page, and is told when the page gives up.",
    zh: "听不到服务器了。它还听得到本页，本页放弃时它会得到通知。",
  },
  "heartbeat.way_client": {
    en: "This page is not heard any more. Its event stream beats on: who only listens notices nothing.",
    zh: "服务器听不到本页了。事件流照样在跳：只听不说的一方毫无察觉。",
  },

  "heartbeat.heart": { en: "This page's heart", zh: "本页的心跳" },
  "heartbeat.interval": { en: "Interval between probes", zh: "探测间隔" },
  "heartbeat.timeout": { en: "Timeout for the reply", zh: "应答超时" },
  "heartbeat.server_heart": {
    en: "The server's own: every {interval} s, timeout {timeout} s (`--heartbeat`, `--heartbeat-timeout`). For a class, start it with 2s and 2s.",
    zh: "服务器自己的：每 {interval} 秒一次，超时 {timeout} 秒（`--heartbeat`、`--heartbeat-timeout`）。上课时可都设为 2s。",
  },

  "heartbeat.lanes": { en: "Three hearts", zh: "三种心跳" },
  "heartbeat.legend": {
    en: "Dashed arrow: a probe. Solid: something is heard. Bar: the timer, pale what is left of it. Cross: it vanished on the way. Red ground: the line is spoilt.",
    zh: "虚线箭头：探测。实线：听到了对方。横条：定时器，浅色是剩余时间。叉：半路消失。红底：线路有问题。",
  },
  "heartbeat.window": { en: "Window", zh: "时间窗" },
  "heartbeat.timeline_help": {
    en: "Timeline: the upper rail is the server, the lower one this page; right of now, what a timer still has to run.",
    zh: "时间线：上轨是服务器，下轨是本页；“现在”右边是定时器剩余的时间。",
  },
  "heartbeat.rail_server": { en: "server", zh: "服务器" },
  "heartbeat.rail_page": { en: "this page", zh: "本页" },
  "heartbeat.lane_page": { en: "The page asks", zh: "页面来问" },
  "heartbeat.about_page": {
    en: "WebSocket, `{\"ping\"}` and `{\"pong\"}`: a script cannot send ping frames.",
    zh: "走 WebSocket：`{\"ping\"}` 与 `{\"pong\"}`：脚本发不了 ping 帧。",
  },
  "heartbeat.lane_server": { en: "The server asks", zh: "服务器来问" },
  "heartbeat.about_server": {
    en: "The same WebSocket, ping and pong frames: the browser answers, no script sees it.",
    zh: "同一个 WebSocket，ping 与 pong 帧：浏览器自动应答，脚本看不见。",
  },
  "heartbeat.lane_stream": { en: "The server beats", zh: "服务器只管跳" },
  "heartbeat.about_stream": {
    en: "SSE, `event: heartbeat`: the page watches, 2.5 intervals; the server learns nothing.",
    zh: "走 SSE：`event: heartbeat`。页面守着，2.5 个间隔没动静就判定失联；服务器一无所知。",
  },
  "heartbeat.replies": { en: "replies", zh: "应答" },
  "heartbeat.beats": { en: "heartbeats", zh: "心跳" },
  "heartbeat.false_alarms": { en: "false alarms", zh: "误报" },
  "heartbeat.unseen": { en: "No sign of life yet", zh: "还没有动静" },
  "heartbeat.seen": { en: "Last sign of life {seconds} s ago", zh: "上次有动静：{seconds} 秒前" },
  "heartbeat.dead": { en: "declared dead", zh: "判定失联" },
  "heartbeat.state_connecting": { en: "connecting", zh: "正在连接" },
  "heartbeat.state_open": { en: "alive", zh: "活着" },
  "heartbeat.state_dead": { en: "declared dead", zh: "判定失联" },
  "heartbeat.state_told": { en: "told: closed", zh: "得知已关闭" },
  "heartbeat.state_closed": { en: "closed", zh: "已关闭" },

  "heartbeat.trials": { en: "Who noticed, and when", zh: "谁发现了，什么时候" },
  "heartbeat.trials_lead": {
    en: "From the moment the line fell silent. At the earliest a timeout later, at the latest an interval and a timeout.",
    zh: "从线路沉默的那一刻算起：最早一个超时之后，最迟一个间隔加一个超时。",
  },
  "heartbeat.trial_done": { en: "What was done", zh: "做了什么" },
  "heartbeat.trial_page": { en: "The page", zh: "页面" },
  "heartbeat.trial_server": { en: "The server", zh: "服务器" },
  "heartbeat.trial_stream": { en: "The event stream's page", zh: "事件流的页面" },
  "heartbeat.trial_none": { en: "Nothing yet: let the line die.", zh: "还没有：先让线路断一次。" },
  "heartbeat.did_line": { en: "The line died", zh: "线路断了" },
  "heartbeat.did_server": { en: "The server froze", zh: "服务器僵死" },
  "heartbeat.did_client": { en: "The client froze", zh: "客户端僵死" },
  "heartbeat.did_cut": { en: "Cut with FIN", zh: "正常断开（FIN）" },
  "heartbeat.verdict_held": { en: "found, within the bound", zh: "发现，在界限之内" },
  "heartbeat.verdict_late": { en: "found, later than the bound", zh: "发现，超过了界限" },
  "heartbeat.verdict_told": { en: "was told", zh: "得到通知" },
  "heartbeat.verdict_waits": { en: "has not noticed yet", zh: "还没发现" },
  "heartbeat.verdict_none": { en: "mended before it noticed", zh: "没等发现就修好了" },
  "heartbeat.verdict_blind": { en: "never: it only listens", zh: "不会发现：它只听" },
  "heartbeat.verdict_unseen": { en: "not seen from here (`--lab`)", zh: "本页看不到（需 `--lab`）" },
  "heartbeat.bound": { en: "expected: {least} to {most}", zh: "预期：{least} 至 {most}" },

  "heartbeat.nat": { en: "The router that forgets", zh: "健忘的路由器" },
  "heartbeat.nat_lead": {
    en: "A NAT router keeps a note of each connection, and drops the note when nothing was said for a while. It tells nobody. This one forgets within seconds, those at home within minutes.",
    zh: "NAT 路由器给每个连接记一笔，一阵子没动静就删掉，而且谁也不告诉。这一个几秒就忘，家里的要几分钟。",
  },
  "heartbeat.nat_connect": { en: "1. Connect both", zh: "1. 两边都连上" },
  "heartbeat.nat_publish": { en: "2. Publish a message", zh: "2. 发布一条消息" },
  "heartbeat.nat_return": { en: "3. Come back with the cursor", zh: "3. 带着游标重新连接" },
  "heartbeat.nat_router": {
    en: "Forgotten by the router, by its own count: {count}. Wait {seconds} s before you publish.",
    zh: "路由器自己的计数，已忘记 {count} 个连接。等 {seconds} 秒再发布。",
  },
  "heartbeat.nat_router_idle": { en: "It forgets after {seconds} s of silence.", zh: "静默 {seconds} 秒它就忘。" },
  "heartbeat.nat_text": { en: "message {count}", zh: "第 {count} 条消息" },
  "heartbeat.nat_published": {
    en: "The server has it, and sent it to {subscribers} subscribers, it believes.",
    zh: "服务器收下了，并认为已发给 {subscribers} 个订阅者。",
  },
  "heartbeat.nat_off": { en: "Heartbeats off", zh: "不发心跳" },
  "heartbeat.nat_on": { en: "Heartbeats on, every second", zh: "每秒一次心跳" },
  "heartbeat.nat_memory": { en: "≈ what the router still remembers", zh: "≈ 路由器还记得多久" },
  "heartbeat.nat_nothing": { en: "Nothing published yet.", zh: "还没有发布消息。" },
  "heartbeat.nat_arrived": { en: "Arrived, {delay} after it was published.", zh: "送达，发布后 {delay}。" },
  "heartbeat.nat_missing": {
    en: "Published {seconds} s ago, and not here. No error, no event: nobody is told.",
    zh: "发布已 {seconds} 秒，没有到。没有报错，没有事件：谁也不知道。",
  },
  "heartbeat.nat_believes": { en: "The browser says of this socket: {state}", zh: "浏览器对这个连接的说法：{state}" },
  "heartbeat.nat_open": { en: "open", zh: "已打开" },
  "heartbeat.nat_connecting": { en: "connecting", zh: "正在连接" },
  "heartbeat.nat_closed": { en: "closed", zh: "已关闭" },

  "heartbeat.look": { en: "What to look for", zh: "观察要点" },
  "heartbeat.look_bound": {
    en: "**The bound.** Let the line die a few times. What you measure lies between the timeout and interval + timeout, by where in the interval the line died. A short interval finds it sooner and costs more.",
    zh: "**界限。** 多断几次线。测得的时间落在“超时”与“间隔＋超时”之间，取决于断在间隔的哪一刻。间隔越短发现越早，开销也越大。",
  },
  "heartbeat.look_half": {
    en: "**Half a line is no line.** Freeze one side only: the reply is missing just the same. Who asks cannot tell a lost question from a lost answer.",
    zh: "**半条线不算线。** 只冻结一边：应答照样等不到。提问的人分不清丢的是问题还是回答。",
  },
  "heartbeat.look_fin": {
    en: "**The difference a FIN makes.** Cut in good order, and both know within milliseconds. Timers are for the ends that nobody announces.",
    zh: "**有没有 FIN，天差地别。** 正常断开，两端几毫秒内就知道。定时器是为不告而别准备的。",
  },
  "heartbeat.honest": { en: "What this page cannot show", zh: "本页看不出来的" },
  "heartbeat.honest_ping": {
    en: "A script sees neither ping nor pong. What the server sent and got comes from its own record of these bytes, by its clock (`--lab`).",
    zh: "脚本看不到 ping 和 pong。服务器发了什么、收到什么，来自它自己对这些字节的记录，按它的时钟（需 `--lab`）。",
  },
  "heartbeat.honest_stop": {
    en: "The freezing is done by a relay between the two: neither process really stands still. A server that does declares nobody dead for its own pause.",
    zh: "“僵死”由中间的中继制造，两个进程其实都在运行。服务器若真的停顿过，不会因此判定任何人失联。",
  },
  "heartbeat.honest_cost": {
    en: "A browser throttles the timers of hidden tabs: there this page finds out later.",
    zh: "标签页切到后台时，浏览器会放慢定时器，发现也会更晚。",
  },
};
