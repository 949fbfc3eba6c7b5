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
    @Setting(
            value =
                "The port of one of its VDBs of MySQL or MariaDB, to which `KILL` is passed on,"
                    + " where `port` is that of a VDB of PostgreSQL.",
            byDefault = "0",
            range = "1..65535",
            zero = "`port`")
        int mysqlPort,
    @Setting("TLS towards that node.") PeerTls tls) {
  /** Port that its clients of MySQL and MariaDB connect to. */
  public int portOfMysql() {
    return mysqlPort == 0 ? port : mysqlPort;
  }
}
