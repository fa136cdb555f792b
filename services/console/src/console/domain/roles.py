"""What roles are called on pages: by their post in the procedure, where there is one."""

NAMES = {
    "registrar": "登记岗",
    "dispatcher": "分流岗",
    "handler": "承办岗",
    "unit_head": "单位负责人",
    "supervisor": "督查岗",
    "reviewer": "复查复核岗",
    "leader": "领导岗",
    "auditor": "审计人员",
    "admin": "系统管理员",
    "importer": "数据导入员",
    "partner": "社会组织",
}
