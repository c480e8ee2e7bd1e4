"""A bank with packs published, and records written for them."""
import desk

PACKS = desk.ROOT / "lib" / "packs"
DAY = "2026-06-01"
PERSON = "甲一,360302188103040012"


class Town(desk.Town):
    """The learner's records come from PXU, unless another institution is named."""

    def setUp(self):
        super().setUp()
        self.write("grades.csv", "\n".join([desk.HEADER, desk.ROWS[0]]) + "\n")
        self.import_grades()  # opens the account; no rule of a pack takes these records
        self.first = {one["id"].split("-")[1] for one in self.credits()}
        self.issued = 0

    def join(self, code):
        """An institution of its own key, which is made and admitted."""
        key = f"{code}.key"
        if key in self.names():
            return key
        self.cbank("key", "new", key)
        self.cbank("institution", "request", "--code", code, "--name", code, "--origin",
                   desk.ORIGIN, "--key", key, "-o", "request")
        self.cbank(*self.bank, "institution", "admit", "request")
        return key

    def publish(self, authority, *names):
        """Packs by their names, or documents that were written by hand."""
        key = "pxu.key" if authority == "PXU" else self.join(authority)
        for name in names:
            path = name if name in self.names() else PACKS / name
            self.cbank("rules", "sign", path, "--key", key, "-o", "signed")
            self.cbank(*self.bank, "rules", "publish", "signed")

    def record(self, rows, columns, institution="PXU", person=PERSON, more=()):
        """Rows of the named columns: "reference", "type", "amount:hour" ...; each is a record."""
        signs = ("--institution", institution, "--key", f"{institution.lower()}.key"
                 if institution == "PXU" else self.join(institution))
        head = "编号,姓名,证件," + ",".join(columns)
        lines = []
        for row in rows:
            self.issued += 1
            lines.append(f"P{self.issued},{person}," + ",".join(str(cell) for cell in row))
        self.write("records.csv", "\n".join([head, *lines]) + "\n")
        named = ",".join(f"{name}={name}" for name in columns)
        return self.in_bank("credit", "import", "records.csv", *signs, "--open-accounts", "--map",
                            f"reference=编号,name=姓名,id_number=证件,{named}", *more)

    def plan(self, programme, *more):
        return self.in_bank("plan", "make", self.account(), "--programme", programme, "--as-of",
                            DAY, *more)

    def grants(self, plan):
        return sorted((grant["course"], grant["counted"]) for one in plan["applications"]
                      for grant in one["grants"])

    def refused(self, plan):
        """Reason, and the condition or cap that it names, of each record that a test wrote."""
        return sorted((one["reason"], one["by"] or one["field"]) for one in plan["refused"]
                      if one["id"] not in self.first)
