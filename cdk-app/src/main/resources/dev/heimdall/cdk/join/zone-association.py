"""Lets the network of a region see the private zone that the name of the fleets is in.

A public zone is seen from everywhere, so that there is nothing to do. The resource's id says what
was done: an association that was there before stays, unless the network goes, too.
"""
NO_ZONE = ("NoSuchHostedZone",)
# The last network of a zone cannot leave it; and a network may be gone already.
NOTHING_TO_LEAVE = NO_ZONE + ("VPCAssociationNotFound", "LastVPCAssociation", "InvalidVPCId")
BUSY = ("ConcurrentModification", "PriorRequestNotComplete")
OF_ANOTHER_ACCOUNT = "not authorized to access this resource"
MADE, FOUND, PUBLIC = "associated", "was-associated", "public"


def zone_of(told):
    """The zone's id: as the file says it, or as the stack that makes the zone puts it out."""
    if "Zone" in told:
        return told["Zone"]
    region, stack = told["ZoneRegion"], told["ZoneStack"]
    found = outputs(region, stack)
    if "NamesZone" not in found:
        raise Failure(
            f"{region}: the stack {stack} has no output NamesZone: it makes no zone, or is of an"
            " earlier release. Deploy it first"
        )
    return found["NamesZone"]


def options(zone, told):
    vpc = f"VPCRegion={told['Region']},VPCId={told['Vpc']}"
    return f"--hosted-zone-id {zone} --vpc {vpc}"


def described(zone, told):
    region = told["Region"]
    try:
        found = call("route53", "GetHostedZone", region, gone=NO_ZONE, Id=zone)
    except Failure as e:
        if OF_ANOTHER_ACCOUNT not in e.said:
            raise
        raise Failure(
            f"{region}: the hosted zone {zone} is of another account, in which no stack of this one"
            " writes a record. Name a zone of this account in routing.zoneId. Or leave routing out,"
            " write the records there (heimdall routing apply), and let the network see them: there"
            f" aws route53 create-vpc-association-authorization {options(zone, told)}, and then"
            f" here aws route53 associate-vpc-with-hosted-zone {options(zone, told)}"
        ) from e
    if found is None:
        raise Failure(f"{region}: there is no hosted zone {zone}, which routing.zoneId names")
    return found


def sees(told, found):
    return any(
        each["VPCId"] == told["Vpc"] and each["VPCRegion"] == told["Region"]
        for each in found.get("VPCs", [])
    )


def identity(told, former):
    zone = zone_of(told)
    if former and former.split()[:2] == [zone, told["Vpc"]]:
        return former
    found = described(zone, told)
    if not found["HostedZone"]["Config"]["PrivateZone"]:
        how = PUBLIC
    elif told["Network"] == "given" and sees(told, found):
        how = FOUND
    else:
        how = MADE
    return f"{zone} {told['Vpc']} {how}"


def unless_busy(zone, change):
    """Changes a zone, one after the other with those of other regions."""

    def attempt():
        try:
            return change() or {}, True
        except Failure as e:
            if e.code in BUSY:
                return None
            raise

    return wait(f"another change of the hosted zone {zone} is not done", attempt)[0]


def associate(zone, told):
    region = told["Region"]
    found = described(zone, told)
    if sees(told, found):
        return
    try:
        made = unless_busy(
            zone,
            lambda: call(
                "route53",
                "AssociateVPCWithHostedZone",
                region,
                HostedZoneId=zone,
                VPC={"VPCRegion": region, "VPCId": told["Vpc"]},
                Comment="Heimdall " + told["Fleet"],
            ),
        )
    except Failure as e:
        if e.code == "ConflictingDomainExists":
            raise Failure(
                f"{region}: {told['Vpc']} sees another zone of the name"
                f" {found['HostedZone']['Name']} already, and cannot see {zone} besides: name that"
                " one in routing.zoneId, or end its association. One that this deployment has named"
                ' before is left by "routing": {"enabled": false}, deployed once'
            ) from e
        if e.code == "NotAuthorizedException":
            raise Failure(
                f"{region}: {told['Vpc']} is of another account, which shares it: here aws route53"
                f" create-vpc-association-authorization {options(zone, told)}, then there aws"
                f" route53 associate-vpc-with-hosted-zone {options(zone, told)}. Then deploy again"
            ) from e
        raise
    change = made["ChangeInfo"]["Id"]
    wait(
        f"not all name servers know that {told['Vpc']} sees {zone}",
        lambda: call("route53", "GetChange", region, Id=change)["ChangeInfo"]["Status"]
        == "INSYNC",
    )


def leave(zone, vpc, told):
    region = told["Region"]
    unless_busy(
        zone,
        lambda: call(
            "route53",
            "DisassociateVPCFromHostedZone",
            region,
            gone=NOTHING_TO_LEAVE,
            HostedZoneId=zone,
            VPC={"VPCRegion": region, "VPCId": vpc},
        ),
    )


def change(request, told, before, own):
    done = own.split()
    if request == "Delete":
        # One that was refused before it had an id has done nothing.
        if len(done) == 3 and done[2] == MADE:
            leave(done[0], done[1], told)
        return {}
    if done[2] != PUBLIC:
        associate(done[0], told)
    return {"Zone": done[0]}


def handler(event, context):
    serve(event, context, identity, change)
