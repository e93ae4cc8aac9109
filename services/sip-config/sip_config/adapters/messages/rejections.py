"""Rejections as messages."""

from keepline.sip.v1 import rejection_pb2 as pb
from servicekit.timestamps import timestamp
from sip_config.domain.refused.explanation import Fix, FixKind, Nearest
from sip_config.domain.refused.refusal import SaidBy
from sip_config.domain.refused.rejection import Fixed, Rejection, State

_SAID_BY = {SaidBy.EDGE: pb.REJECTED_BY_EDGE, SaidBy.ROUTER: pb.REJECTED_BY_ROUTER}
_STATES = {State.OPEN: pb.REJECTION_STATE_OPEN, State.FIXED: pb.REJECTION_STATE_FIXED}
_KINDS = {
    FixKind.ALLOW_ADDRESS: pb.FIX_KIND_ALLOW_ADDRESS,
    FixKind.ALLOW_NETWORK: pb.FIX_KIND_ALLOW_NETWORK,
    FixKind.ENABLE_TRUNK: pb.FIX_KIND_ENABLE_TRUNK,
    FixKind.READ_AS_COUNTRY: pb.FIX_KIND_READ_AS_COUNTRY,
    FixKind.ADD_NUMBER: pb.FIX_KIND_ADD_NUMBER,
    FixKind.MOVE_NUMBER: pb.FIX_KIND_MOVE_NUMBER,
    FixKind.PUT_ON_PLAN: pb.FIX_KIND_PUT_ON_PLAN,
}


def rejection_message(row: Rejection) -> pb.Rejection:
    of, last, why = row.alike, row.last, row.explanation
    return pb.Rejection(
        id=row.id,
        version=row.version,
        trunk_id=of.trunk_id,
        code=of.code,
        rule=str(why.rule),
        sip_status=last.sip_status,
        said_by=_SAID_BY[last.said_by],
        others=of.others,
        source_address=of.source_address,
        caller="" if of.others else last.caller,
        called=of.called,
        number=row.number,
        count=row.count,
        first_at=timestamp(row.first_at),
        last_at=timestamp(last.at),
        state=_STATES[row.state],
        detail=why.detail,
        hint=why.hint,
        allows=why.allows,
        nearest=None if why.nearest is None else _nearest(why.nearest),
        fixes=[_fix(fix) for fix in why.fixes],
        fixed=None if row.fixed is None else _fixed(row.fixed),
        method=last.method,
        about="" if of.others else last.about,
        call_id=last.call_id,
        edge_id=last.edge_id,
    )


def _nearest(nearest: Nearest) -> pb.NearestMiss:
    return pb.NearestMiss(
        network=nearest.network,
        just_outside=nearest.just_outside,
        number=nearest.number,
        trunk_id=nearest.trunk_id,
        country=nearest.country,
    )


def _fix(fix: Fix) -> pb.Fix:
    return pb.Fix(
        id=fix.id,
        kind=_KINDS[fix.kind],
        source_cidr=fix.source_cidr,
        replaces=fix.replaces,
        country=fix.country,
        number=fix.number,
        number_id=fix.number_id,
    )


def _fixed(fixed: Fixed) -> pb.FixApplied:
    return pb.FixApplied(
        at=timestamp(fixed.at), fix=fixed.fix, by=fixed.by, trunk_version=fixed.trunk_version
    )
