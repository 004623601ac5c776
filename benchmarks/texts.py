"""What customers and engineers write in the generated desks, drawn by a seeded chance."""

from __future__ import annotations

from random import Random

LONG = 300
"""A long text has more Chinese characters than this."""

CUSTOMERS = tuple(f"客户{letter}" for letter in "ABCDEFGHJKLMNPQRSTUVWXYZ")
FAMILY_NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
CATEGORIES = (
    "software/database",
    "software/office",
    "software/erp",
    "hardware/printer",
    "hardware/laptop",
    "network/vpn",
    "network/wifi",
    "network/switch",
    "account/password",
    "access/share",
    "backup",
    "security/antivirus",
    "training",
    "other",
)
SYSTEMS = (
    "ERP 系统",
    "财务系统",
    "OA 系统",
    "邮件系统",
    "生产系统",
    "门禁系统",
    "考勤系统",
    "仓储系统",
    "CRM 系统",
    "报表平台",
    "文件服务器",
    "VPN 网关",
    "三楼打印机",
    "会议室投影仪",
    "备份服务器",
    "监控平台",
)
SYMPTOMS = (
    "无法登录，提示账号或密码错误",
    "打开后长时间无响应",
    "导出报表时报错并退出",
    "连接经常中断，几分钟后自动恢复",
    "页面显示空白",
    "查询结果与昨天不一致",
    "附件上传到一半失败",
    "打印出来全是乱码",
    "提示磁盘空间不足",
    "提示许可证已过期",
    "新员工看不到自己的菜单",
    "审批流程停在第二步不再往下走",
    "手机端收不到提醒",
    "导入的数据缺少最后几行",
)
WISHES = (
    "想了解如何批量导入客户资料",
    "希望为新入职的同事开通账号",
    "咨询共享目录的权限怎样申请",
    "需要一份上月的登录日志",
    "申请把存储空间扩大一倍",
    "请安排一次系统使用培训",
    "请协助把旧电脑的资料迁移到新电脑",
    "咨询远程办公的接入方式",
    "请确认备份是否每天都在执行",
    "希望报表里增加一列合计",
)
DETAILS = (
    "用户反映上午九点左右开始出现，之前一直正常，没有做过任何改动。",
    "同部门另外三位同事也遇到了同样的情况，其他部门暂时没有反馈。",
    "已经尝试重新启动电脑并更换网线，问题依旧存在。",
    "用户提供了截图，报错窗口上的编号已经记录在附件名称里。",
    "该业务每天下午四点需要出结果，如果今天不能恢复会影响当日的结算。",
    "用户使用的是公司统一配发的笔记本，系统补丁为上个月的版本。",
    "用户表示换到会议室的网络之后可以正常访问，回到工位又不行。",
    "经电话复述，用户确认描述无误，并同意远程查看。",
    "用户希望处理前先电话联系，午休时间请不要打扰。",
    "初步查看服务器日志，同一时间段有大量连接超时的记录。",
    "应用服务的内存占用从早晨开始持续上升，重启之后回落，两小时后再次升高。",
    "数据库连接池的最大连接数为一百，高峰时已经用满。",
    "防火墙昨晚升级过策略，暂不能排除与此有关，已请网络组协助核对。",
    "备用环境可以正常使用，已告知用户临时切换到备用环境办理急件。",
    "该问题与上个季度处理过的一次情况类似，当时的原因是证书过期。",
    "用户要求处理完成后提供书面的原因说明和预防措施。",
)
PLANS = (
    "先远程查看日志，两小时内给出初步结论",
    "已安排工程师下午到现场检查线路",
    "准备在今晚维护窗口升级驱动，届时会提前通知",
    "先恢复使用，再查根本原因，明天上午反馈",
    "需要用户提供测试账号，收到后继续排查",
)
ACTIONS = (
    "远程登录服务器，收集应用与数据库日志",
    "核对防火墙策略，放行缺少的端口",
    "定位为连接池用满，临时调大上限",
    "更换故障网线并重新压接水晶头",
    "清理过期的临时文件，释放磁盘空间",
    "与厂商工程师联合排查，确认为已知缺陷",
    "回退昨晚的配置变更，观察一小时",
    "重建用户配置文件并重新授权",
)
RESULTS = (
    "重启{system}后观察三十分钟无报错",
    "更换{system}故障部件，复测二十次正常",
    "回退{system}昨晚的变更，业务恢复",
    "重置{system}权限，用户登录后菜单完整",
    "升级{system}驱动，打印五份样张无误",
    "讲解{system}操作步骤，用户自行完成一遍",
    "清理{system}磁盘，可用空间升到百分之四十",
)
MESSAGES = (
    "账号已经开通，请继续",
    "今天上午又出现了一次",
    "测试环境可以使用了",
    "请在下午三点后再联系",
    "资料已发到邮箱，请查收",
)
REASONS = (
    "第二天上午问题再次出现，现象与之前相同",
    "只恢复了一台电脑，另一台仍然报错",
    "用户核对后发现数据仍缺少两天",
)
COMMENTS = (
    "响应很快，讲解清楚",
    "希望增加故障预警功能",
    "处理及时，但重复出现过一次",
    "工程师态度好，建议提供操作视频",
)


def audience(customer: str) -> str:
    """The first customers are departments of the company itself."""
    return "internal" if customer in CUSTOMERS[:5] else "external"


def name(chance: Random) -> str:
    """A masked name."""
    return f"{chance.choice(FAMILY_NAMES)}*"


def description(chance: Random, said: str, *, long: bool) -> str:
    """What the customer says: a line, and paragraphs below it where it is long."""
    count = chance.randrange(11, 14) if long else chance.randrange(0, 2)
    details = chance.sample(DETAILS, count)
    if not long:
        return said + "。" + "".join(details)
    while sum(map(chinese, details)) <= LONG:
        details.append(chance.choice(DETAILS))
    third = len(details) // 3
    paragraphs = details[:third], details[third : 2 * third], details[2 * third :]
    return "\n".join((said + "。", *("".join(one) for one in paragraphs))) + "\n"


def chinese(text: str) -> int:
    """How many Chinese characters there are in a text."""
    return sum("\u4e00" <= letter <= "\u9fff" for letter in text)
