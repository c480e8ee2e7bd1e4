"""What a verification found, decoded only as far as it is looked at."""
import datetime
import decimal
from typing import Any, Dict, List, Optional, Sequence, Tuple

from cbank import values
from cbank.api.v1 import VerdictItem, VerdictReport
from cbank.v1 import CreditRecord

ITEMS = VerdictReport.DESCRIPTOR.fields_by_name["items"].number


def varint(data: bytes, at: int) -> Tuple[int, int]:
    """A number of the wire format, and where the next begins."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def split(data: bytes) -> Tuple[bytes, List[Tuple[int, int]]]:
    """A VerdictReport without its items, and where each item lies. The bytes are the library's."""
    rest, items, at = bytearray(), [], 0
    while at < len(data):
        begin = at
        tag, at = varint(data, at)
        kind = tag & 7
        if kind == 0:
            _, at = varint(data, at)
        elif kind == 2:
            size, at = varint(data, at)
            at += size
        else:
            at += 8 if kind == 1 else 4
        if tag == ITEMS << 3 | 2:
            items.append((at - size, at))
        else:
            rest += data[begin:at]
    return bytes(rest), items


class Item:
    """One entry of the account; whatever else it has is in ``message``."""

    def __init__(self, message: VerdictItem) -> None:
        self.message = message

    @property
    def record(self) -> Optional[CreditRecord]:
        """The credit record; None if this entry is none, or is not shown."""
        return self.message.record if self.message.HasField("record") else None

    @property
    def status(self) -> str:
        """``held``, ``revoked`` ... of a record."""
        return self.message.status

    @property
    def title(self) -> str:
        """The record's first title."""
        titles = self.message.record.title
        return titles[0].value if titles else ""

    @property
    def amounts(self) -> Dict[str, decimal.Decimal]:
        """The record's amounts by unit."""
        return values.totals(self.message.record.amounts)

    @property
    def awarded_on(self) -> Optional[datetime.date]:
        """The day of the award; ValueError if only its month or year is known."""
        return values.day(self.message.record.awarded_on)

    @property
    def institution_name(self) -> str:
        """Who awarded it, by the name in the verifier's directory."""
        return self.message.institution_name


class Items(Sequence[Item]):
    """The entries of a report, each decoded when it is asked for."""

    def __init__(self, data: bytes, places: List[Tuple[int, int]]) -> None:
        self._data, self._places = data, places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return Items(self._data, self._places[at])
        begin, end = self._places[at]
        return Item(VerdictItem.FromString(self._data[begin:end]))


class Report:
    """The verdict and what it rests on.

    :ivar data: the VerdictReport's bytes, as the library wrote them
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._parts: Optional[Tuple[VerdictReport, Items]] = None

    def _split(self) -> Tuple[VerdictReport, Items]:
        if self._parts is None:
            rest, places = split(self.data)
            self._parts = VerdictReport.FromString(rest), Items(self.data, places)
        return self._parts

    @property
    def head(self) -> VerdictReport:
        """All of the message but its items."""
        return self._split()[0]

    @property
    def message(self) -> VerdictReport:
        """The whole message."""
        return VerdictReport.FromString(self.data)

    @property
    def items(self) -> Items:
        """The entries, decoded one by one."""
        return self._split()[1]

    @property
    def records(self) -> List[Item]:
        """The entries that are credit records and are shown."""
        return [item for item in self.items if item.record is not None]

    @property
    def verdict(self) -> str:
        """``VALID``, or the class of the no."""
        return self.head.verdict

    @property
    def reason(self) -> str:
        """The finer reason of a no."""
        return self.head.reason

    @property
    def account(self) -> str:
        """The account's 16 digits."""
        return self.head.account

    @property
    def bank_name(self) -> str:
        """The bank's name, from the verifier's directory."""
        return self.head.bank_name

    @property
    def holder_name(self) -> str:
        """The name that the learner discloses; empty if none."""
        return self.head.holder.name

    @property
    def totals(self) -> Dict[str, decimal.Decimal]:
        """What holds, by unit."""
        return values.totals(self.head.totals)

    @property
    def issued_at(self) -> Optional[datetime.datetime]:
        """When the bank signed it."""
        return values.moment(self.head.terms.issued_at)

    @property
    def expires_at(self) -> Optional[datetime.datetime]:
        """When it ends."""
        return values.moment(self.head.terms.expires_at)

    def __repr__(self) -> str:
        return f"<Report {self.verdict}>"
