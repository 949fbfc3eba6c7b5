"""Connects two networks, of one region or of two, by a VPC peering connection, with routes.

All of it is found again: the connection by its tags, routes by where they lead. So each request may
be repeated, and begins where an earlier one has ended.
"""
import ipaddress

FLEET = "heimdall:fleet"
PAIR = "heimdall:joins"
LIVE = ["initiating-request", "pending-acceptance", "provisioning", "active"]
NO_PEERING = ("InvalidVpcPeeringConnectionID.NotFound",)
NO_TABLE = ("InvalidRouteTableID.NotFound",)
NO_ROUTE = ("InvalidRoute.NotFound",)
TARGETS = (
    "VpcPeeringConnectionId",
    "TransitGatewayId",
    "NatGatewayId",
    "GatewayId",
    "NetworkInterfaceId",
    "InstanceId",
    "CoreNetworkArn",
)


def ends(told):
    return told["One"], told["Other"]


def pair(told):
    """What a connection is tagged with: a network that is made keeps its name, whatever it is."""
    return " ".join(
        sorted(end["Region"] + ("/" + end["Vpc"] if "Vpc" in end else "") for end in ends(told))
    )


def identity(told, former):
    return former or name(told)


def name(told):
    return told["Fleet"] + " " + pair(told)


# ---- networks


def network(end):
    """A network by its id; one that another stack has made, by that stack's outputs."""
    region = end["Region"]
    vpc, tables = end.get("Vpc", end.get("MadeVpc")), end.get("RouteTables", [])
    if vpc is None:
        stack = end["Stack"]
        found = outputs(region, stack)
        if "NetworkRouteTables" not in found:
            raise Failure(
                f"{region}: the stack {stack} has no output NetworkRouteTables, as it is of an"
                " earlier release: deploy it first"
            )
        vpc, tables = found["NetworkVpc"], found["NetworkRouteTables"].split(",")
    described = call(
        "ec2", "DescribeVpcs", region, gone=("InvalidVpcID.NotFound",), VpcIds=[vpc]
    )
    if described is None:
        raise Failure(f"{region}: there is no network {vpc}")
    blocks = [
        block["CidrBlock"]
        for block in described["Vpcs"][0]["CidrBlockAssociationSet"]
        if block["CidrBlockState"]["State"] == "associated"
    ]
    addresses = ipaddress.ip_network(end["Addresses"])
    if not any(addresses.subnet_of(ipaddress.ip_network(block)) for block in blocks):
        raise Failure(
            f"{region}: the addresses in the file are {addresses}, and {vpc} has"
            f" {', '.join(blocks)}: name one of these"
        )
    return {
        "region": region,
        "vpc": vpc,
        "tables": tables,
        "addresses": str(addresses),
        "blocks": blocks,
    }


def tell_apart(one, other):
    """EC2 connects no networks that share addresses, whatever routes would lead to."""
    for own in one["blocks"]:
        for its in other["blocks"]:
            if ipaddress.ip_network(own).overlaps(ipaddress.ip_network(its)):
                raise Failure(
                    f"{one['vpc']} ({one['region']}) has the addresses {own}, and {other['vpc']}"
                    f" ({other['region']}) has {its}: nothing connects networks that share"
                    " addresses. Give a network that is made others (network.addresses)"
                )


def names_are_resolved(here):
    def attribute(name):
        key = name[0].upper() + name[1:]
        return call(
            "ec2", "DescribeVpcAttribute", here["region"], VpcId=here["vpc"], Attribute=name
        )[key]["Value"]

    return attribute("enableDnsSupport") and attribute("enableDnsHostnames")


# ---- connections


def connections(region, filters):
    found = everything(
        "ec2",
        "DescribeVpcPeeringConnections",
        region,
        "VpcPeeringConnections",
        Filters=[{"Name": name, "Values": values} for name, values in filters.items()],
    )
    return [one for one in found if one["Status"]["Code"] in LIVE]


def tags(connection):
    return {tag["Key"]: tag["Value"] for tag in connection.get("Tags", [])}


def vpcs(connection):
    return {connection[side]["VpcId"] for side in ("RequesterVpcInfo", "AccepterVpcInfo")}


def tagged(told):
    """The fleet's connections of this pair, by id; each region keeps tags of its own."""
    found = {}
    for end in ends(told):
        filters = {"tag:" + FLEET: [told["Fleet"]], "tag:" + PAIR: [pair(told)]}
        for connection in connections(end["Region"], filters):
            has = tags(connection)
            if has.get(FLEET) == told["Fleet"] and has.get(PAIR) == pair(told):
                found[connection["VpcPeeringConnectionId"]] = connection
    return found


def between(told, one, other):
    """The connection of the two networks, if there is one; there can be no second one."""
    both = {one["vpc"], other["vpc"]}
    foreign = None
    for here in (one, other):
        for side in ("requester", "accepter"):
            filters = {side + "-vpc-info.vpc-id": [here["vpc"]]}
            for connection in connections(here["region"], filters):
                if vpcs(connection) == both:
                    if tags(connection).get(FLEET) == told["Fleet"]:
                        return connection
                    foreign = connection["VpcPeeringConnectionId"]
    if foreign:
        raise Failure(
            f"{one['vpc']} ({one['region']}) and {other['vpc']} ({other['region']}) are connected"
            f" by {foreign} already, which this deployment has not made: delete it, or hand it"
            f" over by the tag {FLEET}={told['Fleet']}"
        )
    return None


def seen(region, peering):
    """How a region sees a connection; None while it does not."""
    found = call(
        "ec2",
        "DescribeVpcPeeringConnections",
        region,
        gone=NO_PEERING,
        VpcPeeringConnectionIds=[peering],
    )
    return found["VpcPeeringConnections"][0] if found and found["VpcPeeringConnections"] else None


def in_one_of(states, region, peering):
    connection = seen(region, peering)
    if connection is None:
        return None
    status = connection["Status"]
    if status["Code"] in states:
        return connection
    if status["Code"] not in LIVE:
        raise Failure(
            f"{region}: the peering connection {peering} is {status['Code']}:"
            f" {status.get('Message', 'EC2 gives no reason')}"
        )
    return None


def connect(told, one, other):
    marks = [{"Key": FLEET, "Value": told["Fleet"]}, {"Key": PAIR, "Value": pair(told)}]
    given = {"Name": name(told), **told.get("Tags", {})}
    marks += [{"Key": key, "Value": given[key]} for key in given if key not in (FLEET, PAIR)]
    connection = between(told, one, other)
    if connection is None:
        tell_apart(one, other)
        connection = call(
            "ec2",
            "CreateVpcPeeringConnection",
            one["region"],
            VpcId=one["vpc"],
            PeerVpcId=other["vpc"],
            **({} if one["region"] == other["region"] else {"PeerRegion": other["region"]}),
            TagSpecifications=[{"ResourceType": "vpc-peering-connection", "Tags": marks}],
        )["VpcPeeringConnection"]
    peering = connection["VpcPeeringConnectionId"]
    asks, accepts = one, other
    if connection["RequesterVpcInfo"]["VpcId"] != one["vpc"]:
        asks, accepts = other, one
    there = wait(
        f"{accepts['region']} has not seen the peering connection {peering}",
        lambda: in_one_of(LIVE[1:], accepts["region"], peering),
    )
    for here in (asks, accepts):
        call("ec2", "CreateTags", here["region"], Resources=[peering], Tags=marks)
    if there["Status"]["Code"] == "pending-acceptance":
        call(
            "ec2", "AcceptVpcPeeringConnection", accepts["region"], VpcPeeringConnectionId=peering
        )
    for here in (accepts, asks):
        wait(
            f"the peering connection {peering} is not active in {here['region']}",
            lambda: in_one_of(("active",), here["region"], peering),
        )
    if names_are_resolved(one) and names_are_resolved(other):
        for here, side in ((asks, "Requester"), (accepts, "Accepter")):
            call(
                "ec2",
                "ModifyVpcPeeringConnectionOptions",
                here["region"],
                VpcPeeringConnectionId=peering,
                **{
                    side
                    + "PeeringConnectionOptions": {"AllowDnsResolutionFromRemoteVpc": True}
                },
            )
    return peering


def disconnect(told, connection):
    """Takes a connection away, with every route to it; nothing is behind those any more."""
    peering = connection["VpcPeeringConnectionId"]
    for side in ("RequesterVpcInfo", "AccepterVpcInfo"):
        region, vpc = connection[side]["Region"], connection[side]["VpcId"]
        for table in everything(
            "ec2",
            "DescribeRouteTables",
            region,
            "RouteTables",
            Filters=[{"Name": "vpc-id", "Values": [vpc]}],
        ):
            for route in table["Routes"]:
                if route.get("VpcPeeringConnectionId") == peering:
                    leave(region, table["RouteTableId"], route["DestinationCidrBlock"])
    region = connection["RequesterVpcInfo"]["Region"]
    call(
        "ec2",
        "DeleteVpcPeeringConnection",
        region,
        gone=NO_PEERING,
        VpcPeeringConnectionId=peering,
    )
    # Its networks may be deleted next.
    wait(f"{peering} is not deleted in {region}", lambda: is_deleted(region, peering))


def is_deleted(region, peering):
    connection = seen(region, peering)
    return connection is None or connection["Status"]["Code"] == "deleted"


# ---- routes


def tables(here, ids):
    return everything(
        "ec2", "DescribeRouteTables", here["region"], "RouteTables", RouteTableIds=ids
    )


def target(route):
    return next((route[name] for name in TARGETS if route.get(name)), "an unknown target")


def leave(region, table, to):
    call(
        "ec2",
        "DeleteRoute",
        region,
        gone=NO_TABLE + NO_ROUTE,
        RouteTableId=table,
        DestinationCidrBlock=to,
    )


def lead(here, to, peering):
    if not here["tables"]:
        return
    for table in tables(here, here["tables"]):
        route = {
            "RouteTableId": table["RouteTableId"],
            "DestinationCidrBlock": to,
            "VpcPeeringConnectionId": peering,
        }
        there = [one for one in table["Routes"] if one.get("DestinationCidrBlock") == to]
        if not there:
            call("ec2", "CreateRoute", here["region"], **route)
        elif there[0].get("State") == "blackhole":
            call("ec2", "ReplaceRoute", here["region"], **route)
        elif there[0].get("VpcPeeringConnectionId") != peering:
            raise Failure(
                f"{here['region']}: the route table {table['RouteTableId']} leads {to} to"
                f" {target(there[0])} already: take that route away"
            )


def leave_former(here, before, to, to_before, peering):
    """Routes that an earlier file asked for: of tables that it named, or to other addresses."""
    ids = set(here["tables"]) | set(before.get("RouteTables", []))
    for table in ids:
        if to == to_before and table in here["tables"]:
            continue
        for found in everything(
            "ec2",
            "DescribeRouteTables",
            here["region"],
            "RouteTables",
            gone=NO_TABLE,
            RouteTableIds=[table],
        ):
            for route in found["Routes"]:
                if route.get("DestinationCidrBlock") == to_before and (
                    route.get("VpcPeeringConnectionId") == peering
                    or route.get("State") == "blackhole"
                ):
                    leave(here["region"], table, to_before)


# ---- requests


def join(told, before):
    one, other = (network(end) for end in ends(told))
    for connection in tagged(told).values():
        if vpcs(connection) != {one["vpc"], other["vpc"]}:
            disconnect(told, connection)
    peering = connect(told, one, other)
    lead(one, other["addresses"], peering)
    lead(other, one["addresses"], peering)
    if before:
        first, second = ends(before)
        leave_former(one, first, other["addresses"], second["Addresses"], peering)
        leave_former(other, second, one["addresses"], first["Addresses"], peering)
    return {"Peering": peering}


def part(told):
    for connection in tagged(told).values():
        disconnect(told, connection)
    return {}


def change(request, told, before, own):
    return part(told) if request == "Delete" else join(told, before)


def handler(event, context):
    serve(event, context, identity, change)
