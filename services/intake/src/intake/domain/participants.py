"""Those beside the petitioner: agents, representatives, people who sign with them."""

AGENT, REPRESENTATIVE, COSIGNER = "agent", "representative", "cosigner"
PARTS = {AGENT: "代理人", REPRESENTATIVE: "代表人", COSIGNER: "联名人"}
LISTS = {"agents": AGENT, "representatives": REPRESENTATIVE, "cosigners": COSIGNER}
"""The lists in which channels post them."""
RELATIONS = {
    "close_relative": "近亲属",
    "staff": "工作人员",
    "recommended": "社区、单位推荐的人",
    "lawyer": "律师",
    "legal_worker": "基层法律服务工作者",
    "guardian": "监护人",
    "other": "其他",
}
"""Who may act for a petitioner (TSD 28, local rules)."""
NEEDS_NO_AUTHORISATION = frozenset({"guardian"})
"""A guardian acts by law for minors and persons without capacity (TSD 28, TBJ 28, TSH 46)."""
AGENTS_MOST = 2
"""One or two agents (TSD 28)."""
REPRESENTATIVES_MOST = 5
"""Those who speak for a joint visit are at most five (T22 Art.20(3))."""
COSIGNERS_MOST = 500
"""More names than that are a list, kept as an attachment."""
