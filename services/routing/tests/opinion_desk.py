"""The bureau and units at work on opinions, as their tests need them."""

import sqlalchemy as sa

from routing import models
from routing.use_cases import opinions as use_cases

UNITS = {
    "bureau": {"name": "云屏区信访局", "kind": "bureau"},
    "transport": {"name": "云屏区交通运输局", "kind": "department"},
    "housing": {"name": "云屏区住房和城乡建设局", "kind": "department"},
}
OPINION = {
    "kind": "petition",
    "claims": [
        {
            "claim": "B12路公交晚上九点就没车了，请求延长末班车",
            "finding": "2026年3月1日晚，我局派员到南埕工业路站核实，末班车为二十一时发出。",
            "answer": "您反映的情况属实，予以支持，末班车调整为二十二时三十分。",
            "outcome": "support",
            "measures": "督促公交公司自2026年5月1日起调整末班车时间",
            "responsible": "公共交通科",
            "done_by": "2026-05-01",
        }
    ],
    "received_from": "云屏区信访局转送",
    "received_on": "2026-03-02",
    "facts": "经核实，该线路夜间客流集中在工业路沿线，夜班职工下班后确无公交可乘。",
    "basis": [{"law": "信访工作条例", "article": "第三十二条", "quote": "予以支持"}],
    "handling": "对您的请求予以支持，请您届时留意站台公告。",
    "remedy": {"kind": "review", "body": "云屏区人民政府", "days": 30},
    "contact": "公共交通科",
    "phone": "0755-12345678",
    "signer": "云屏区交通运输局",
}
REVIEW = OPINION | {
    "kind": "review",
    "decision": "uphold",
    "handling": "原处理意见事实清楚，予以维持。",
    "remedy": {"kind": "re_review", "body": "市人民政府", "days": 30},
    "signer": "云屏区信访局",
}
BLOCKED = OPINION | {"remedy": None}
OTHER = {
    "facts": "重新调查后查明，该线路由两家公司共同营运，原意见所依据的时刻表有误。",
    "handling": "撤回原意见，另由两家公司与您联系并说明。",
    "claims": [
        OPINION["claims"][0]
        | {
            "finding": "2026年3月2日到公司调阅夜班时刻表，两家公司班次并不衔接。",
            "answer": "现改为分时段接驳，予以支持，凌晨前各站均有车可乘。",
        }
    ],
}


class Desk:
    """People of a unit at work on opinions."""

    def __init__(self, bench):
        self.bench = bench
        for code, unit in UNITS.items():
            assert bench.put(f"/v1/units/{code}", "admin", json=unit).status_code == 200
        self.handler = bench.unit_token("handler")
        self.head = bench.unit_token("unit_head")
        self.reviewer = bench.token("reviewer")
        self.leader = bench.token("leader")

    def case(self, **changes):
        return self.bench.case_in("accepted", **changes)["case_id"]

    def save(self, case_id, version=0, token=None, **changes):
        return self.bench.put(
            f"/v1/cases/{case_id}/opinion",
            token=token or self.handler,
            json=OPINION | changes,
            headers={"If-Match": f'"{version}"'},
        )

    def get(self, case_id, token=None, what="opinion"):
        return self.bench.get(f"/v1/cases/{case_id}/{what}", token=token or self.handler)

    def do(self, case_id, what, version, token=None, **body):
        token = token or (self.handler if what == "submit" else self.head)
        return self.bench.post(
            f"/v1/cases/{case_id}/opinion/{what}",
            token=token,
            json=body,
            headers={"If-Match": f'"{version}"'},
        )

    def submitted(self, **changes):
        case_id = self.case(**changes)
        assert self.save(case_id).status_code == 200
        answer = self.do(case_id, "submit", 1)
        assert answer.status_code == 200, answer.text
        return case_id

    def approved(self, **changes):
        case_id = self.submitted(**changes)
        answer = self.do(case_id, "approve", 2)
        assert answer.status_code == 200, answer.text
        return case_id

    def row(self, session, case_id):
        table = models.cases
        found = session.execute(sa.select(table).where(table.c.case_id == case_id)).one()
        return dict(found._mapping)

    def issue(self, case_id, level="handling"):
        with self.bench.app.db.write() as session:
            return use_cases.for_issue(
                session,
                case_row=self.row(session, case_id),
                by="handler",
                resources=self.bench.app.resources,
                level=level,
                at=self.bench.app.clock.now(),
            )
