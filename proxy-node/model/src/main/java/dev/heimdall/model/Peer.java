package dev.heimdall.model;

/** Another node of the fleet. */
public record Peer(
    @Setting(value = "The other node's `id`.", required = true, range = "1..4095") int id,
    @Setting(
            value = "The host where the other node listens for clients.",
            required = true,
            format = Format.HOST)
        String host,
    @Setting(value = "The port of one of its VDBs.", required = true, range = "1..65535") int port,
    @Setting("TLS towards that node.") PeerTls tls) {}
