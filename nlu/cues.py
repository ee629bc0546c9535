"""What in a citizen's wording shows what they want. Python 3.10, no model.

The classifier in `nlu.rasa.components` learns how much each cue weighs; `nlu.stand_in` uses the
same cues with a fixed order when Rasa is away.
"""

from __future__ import annotations

import functools
import re

from nlu import entities, lexicon, text

CUES: dict[str, str] = {
    "report": r"举报|检举|揭发|线索|实名|违法|非法|无证|没有?证|黑作坊|黑诊所|黑车|黑中介|偷偷|偷排|偷税|偷砍|偷电|"
    r"私自|私宰|私屠|贩毒|吸毒|赌博|赌场|聚众|传销|卖淫|涉黄|色情|受贿|贪污|红包|假药|假烟|假酒|地沟油|盗采|盗伐|"
    r"采砂|挖沙|电鱼|炸鱼|毒鱼|捕杀|野味|骗取|骗医保|骗保|冒领|虚开|串标|围标|酒驾|套牌|高利贷|集资|窝点|童工",
    "suggest": r"建议|提议|希望(?:能|政府|市里|可以|把|在|引进|公积金|新区)|能否|可否|是否可以|不如|要是能|我觉得应该|"
    r"我认为|最好(?:是|能)|应该(?:加|增|多|装|建)|增设|增加|倡议|合理化",
    "praise": r"表扬|点赞|点个赞|锦旗|表扬信|感谢信|夸|好样的|致敬|了不起|太棒|热心|辛苦了.*(?:人员|师傅|同志)|拾金不昧|"
    r"(?:服务|态度)[^不差]{0,4}(?:好|周到|贴心)|耐心|贴心|负责任?|好干部|好心人|感动|真好|越来越(?:好|美)|实惠",
    "complain": r"投诉|态度(?:很|太|极)?(?:不好|恶劣|差|凶|嚣张)|乱收|乱扣|乱要|乱加|乱涨|乱喊|不退|不赔|不认账|推诿|踢皮球|"
    r"推来推去|没人管|不管|不理|爱理不理|敷衍|糊弄|套话|不作为|吵|噪音|扰民|油烟|臭|灰尘|粉尘|拒载|宰客|绕路|跑路|"
    r"短斤少两|缺斤|假货|过期|虚假|欺|骗我|强制|强迫|逼|凭什么|太过分|不公|偏心|占(?:道|车位|我|用|满|路)|堵死|嚣张|"
    r"骂|打人|不满|体罚|拖延|延期|不讲道理|耍赖|坐地起价|服务(?:太|又|很|态度)?差",
    "fault": r"坏了|不亮|堵了|停水|停电|没水|没电|没气|漏|爆|塌|倒了|断了|破了|裂|掉下来|歪了|积水|淹|溢|冒|不见了|烂|"
    r"打滑|磨没|满了|没信号|困|走丢|走失|不见|被偷|丢了?在|落在|掉了|被骗|欠.{0,6}(?:工资|工钱|薪)|工资.{0,4}(?:不给|拖欠)|"
    r"没到账|激活不了|登不上|上不了|异常|滑坡|危房|缺水|干死|咬人|洪水|封了|生锈|松动|脱落",
    "plea": r"帮|求|麻烦|请(?:派|来|修|尽快|解决|安排|处理|协调|维修)|派人|来修|修一下|报修|抢修|救|协调|解决一下|求助|快来",
    "cost": r"多少钱|几多钱|几块|(?:收|要|用|花|缴)(?:不(?:收|要|用|花))?.{0,3}(?:钱|费)|费用|收费(?:标准)?|免费|工本费|手续费|价格|"
    r"(?:交|缴|收|罚)(?:多少|几多|几千|几百)|租金|学费|票价|押金|起步价|起价|罚款多少|费多少|一(?:度|吨|方|平|针)多少|贵不贵",
    "benefit": r"补贴|补助|津贴|报销|报百分|能报|待遇|标准|条件|优惠|扶持|奖励|补偿|额度|比例|封顶|起付|政策|规定|享受|资格|"
    r"减免|优待|救助金|发多少|补多少|领多少|贷多少|能贷|贷几|算不算|合法|允许|要求|限制|范围|认定的|解读|利率|什么意思|区别",
    "may": r"可以.{0,12}[吗啵么不]|能不能|可不可以|能.{0,10}[吗啵]|是不是|必须|要不要|有没有|哪些人|谁可以|需要.{0,6}吗",
    "how": r"怎么|怎样|如何|咋|啷个|手续|材料|流程|步骤|资料|办理|证明|申请|申领|申报|要带|带什么|带啥|准备|填|补办|备案|代办|东西",
    "where": r"哪里|哪儿|在哪|去哪|到哪|哪个(?:部门|单位|窗口|地方|银行|网站|平台|公众号|位置)|哪条路|哪些地方|什么地方|什么位置|地址|"
    r"电话(?:号码)?(?:是)?(?:多少|几多|$)|几楼|几号窗口|联系电话|热线|归.{0,4}管|怎么走|位置|地点在",
    "when": r"几点|什么时候|啥时候|何时|几时|多久|多长时间|几天|几号(?!窗口)|几月|哪天|哪一天|上班|下班|放假|周末|截止|工作日|"
    r"有效期|时间|好久|多少天|周六|星期[六日天]|提前",
    "progress": r"进度|进展|处理(?:得|到|好|结果|情况)|办到|哪一步|工单|单子|单号|受理编号|编号|查询码|催|派单|答复了?没?|回复我|"
    r"有?结果(?:了|吗|没)|办结|跟进|跟踪|上次|上回|之前(?:提交|反映|投诉|登记|打过)|前(?:几天|面).{0,6}(?:报|提|单|事)|"
    r"着落|状态|回访|采纳|查了没|我(?:的|那个)(?:单|案|诉求|投诉|事)|没人联系|没消息|还没",
    "grade": r"满意|好评|差评|中评|[一二三四五12345]星|[零一二三四五六七八九十\d]+分|颗星|打分|评价|满分|及格|一般|评分|评个",
    "person": r"人工|真人|话务员|接线员|坐席|客服|转人|活人|机器人|工作人员来|叫.{0,4}人|找(?:个|你们)?人|找.{0,2}领导|领导来|"
    r"打(?:个)?电话给我|给我(?:打|回)|回个?电话|联系我$|接(?:通|入)|转接|跟人|不会打字|电话(?:说|讲)",
    "greet": r"^(?:你好|您好|喂|hello|hi|嗨|哈喽|哈啰|早|在吗|在么|在不在)|好[呀啊]?$|早上好|上午好|下午好|晚上好|中午好|打扰|"
    r"请问(?:一下)?$|问一?下$|你是谁|你叫|你能做|你会(?:做什么|干)|功能|咨询一下$|有人(?:在)?吗|问题$|新年|节日快乐",
    "thanks": r"谢|感谢|辛苦|费心|麻烦(?:您|你)?了|劳烦|有劳|感恩|感激|thank|thx|3q|有心了",
    "bye": r"再见|拜拜|^拜|bye|88\d?$|回见|回头见|下次(?:见|聊|再聊)|改天|先这样|就这样吧|晚安|没(?:有)?(?:别的|其他)?(?:事|问题)了|"
    r"问完|挂了|走了|下线|先下|去忙|不打扰|不聊|再联系|有事再|结束对话|到此|再问|没有了",
    "abuse": r"傻|煞笔|[sS][bB]|笨|白痴|蠢|弱智|智障|脑残|有病|神经|滚|去死|妈的|他妈|你妈|tmd|cnm|nmsl|操|日你|狗(?:东西|日|屁)|"
    r"王八|混蛋|废物|饭桶|屎|屁|闭嘴|骗子|猪|不要脸|无耻|混账|畜生|破玩意|什么玩意|死机器|垃圾(?:机器|系统|东西|$)|哈卵|宝里宝气|"
    r"没用|瓜皮|吃干饭|草泥",
    "yes": r"^(?:是|对|嗯|好|行|可以|没错|正确|确认|确定|要|需要|同意|当然|ok|yes|提交|继续|中|要得|没问题|就是|说得)",
    "no": r"^(?:不(?!对.{1,3}是|错)|没有?[啊呀]?$|冇|否|no$|别|都不|错|一个都不|你(?:理解|搞)错|才不|还没|还不)|不是这个|不是问",
    "stop": r"取消|算了|算哒|退出|停|终止|放弃|撤|不(?:投诉|举报|反映|提|弄|填|登记|搞|办|查|问|说|想|继续)了|别(?:登记|填|记)|重新|重来|"
    r"从头|返回|首页|结束(?!对话)|先不|先别|不用了",
    "fix": r"不对[，, ]|错了|写错|说错|打错|搞错|弄错|(?:应该|其实|而)是|不是.{1,12}(?:是|改)|改(?:成|为|一下|下|个|电话|地址)|更正|纠正|修改|"
    r"要改|换(?:成|个)|换一下|准确|不准确",
    "decline": r"跳过|略|下一(?:个|项|步)|不方便|不想(?:说|留)|不留|匿名|保密|不知道|不晓得|不清楚|不记得|忘|记不|说不(?:清|准|上)|不确定|"
    r"没(?:有)?(?:电话|手机|照片|图|门牌|拍)|不(?:填|给|提供)|没(?:有)?(?:什么)?(?:要)?补充|^无$|不说|不(?:太)?清楚|能不能不|可以不",
    "leisure": r"天气|下雨|几度|笑话|段子|唱|歌|故事|音乐|电影|电视剧|诗|作文|代码|翻译|英语|数学|等于|圆周率|地球|宇宙|月亮|世界|总统|"
    r"奥运|球|冠军|股|比特币|彩票|双色球|外卖|奶茶|好吃|餐馆|减肥|追女|失恋|无聊|聊天|聊聊|心情|爱你|爱我|女朋友|算命|运势|星座|游戏|"
    r"上分|手机哪|华为|苹果|电脑|修图|淘宝|抖音|微信怎么|火车票|机票|酒店|旅游攻略|星期几|现在几点|猫|鱼香|外星|人生|生命|睡觉|哈哈|"
    r"嘿嘿|呵呵|测试|test|明星|偶像|菜谱|怎么做|作业|皮肤|面膜|口红|穿什么|你几岁|你多大|男的女的|你会做饭|吃饭了",
    "asks": r"[?？]|[吗呢啵么]$|不\??$|没有?$|什么|啥|哪|几|多少|怎|谁",
}
"""Name → pattern; the names also serve as feature names."""

_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in CUES.items()}
_SLOTS = {"place", "time", "phone", "case_number", "query_code"}
_entities = functools.lru_cache(maxsize=1024)(entities.extract)
_FILLER = re.compile(
    r"[\s，。,.、；;：:!！?？~～]|地址|地点|位置|时间|电话|手机号?|号码|联系|座机|打这个|大概|大约|我(?:家|的|们)?|就|在|是|的|住|了|从|那边|这边|里面|街上|这里"
)


@functools.lru_cache(maxsize=1024)
def masked(raw: str) -> str:
    """The normalised text with places, times and numbers replaced by the name of their kind."""
    folded = text.fold(raw)
    parts: list[str] = []
    position = 0
    for found in _entities(raw):
        if found.kind in _SLOTS:
            parts += [folded[position : found.start], f" {found.kind} "]
            position = found.end
    parts.append(folded[position:])
    return text.normalise("".join(parts)).lower()


def hits(raw: str) -> frozenset[str]:
    """Names of the cues found in a text."""
    plain = text.normalise(raw)
    return frozenset(name for name, pattern in _PATTERNS.items() if pattern.search(plain))


def features(raw: str) -> list[str]:
    """Cues, kinds of entities, kinds of words and the text's shape, as names of features."""
    plain = text.normalise(raw)
    kinds = {found.kind for found in _entities(raw)}
    names = [f"cue={name}" for name in sorted(hits(raw))]
    names += [f"has={kind}" for kind in sorted(kinds)]
    if kinds & _SLOTS and not _bare(raw):
        names.append("only=slots")
    found = set(text.words(raw))
    topics = [file for file in lexicon.WORD_FILES if not found.isdisjoint(lexicon.names(file))]
    names += [f"topic={file}" for file in topics] or ["topic=none"]
    length = len(plain)
    names.append(f"length={next(size for size in (2, 4, 8, 14, 24, 10**9) if length <= size)}")
    return names


def _bare(raw: str) -> str:
    """What is left of a text without its slots and the words that only introduce them."""
    rest = masked(raw)
    for kind in _SLOTS:
        rest = rest.replace(kind, "")
    return _FILLER.sub("", rest)


def is_bare_slot(raw: str) -> bool:
    """True for a text that says a place, a time or a number and nothing besides."""
    return any(found.kind in _SLOTS for found in _entities(raw)) and not _bare(raw)
