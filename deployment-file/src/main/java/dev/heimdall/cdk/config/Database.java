package dev.heimdall.cdk.config;

import dev.heimdall.model.Format;
import dev.heimdall.model.Setting;
import java.util.List;
import java.util.Optional;

/** A database that nodes log in to by what AWS keeps: its managed password, or IAM. */
public record Database(
    @Setting(
            value =
                "The identifier of an Aurora or Multi-AZ cluster. One of `cluster` and `instance`.",
            format = Format.TEXT)
        Optional<String> cluster,
    @Setting(value = "The identifier of an instance without a cluster.", format = Format.TEXT)
        Optional<String> instance,
    @Setting(
            value =
                "Its resource id, such as `cluster-ABCDEFGHIJKL` or `db-ABCDEFGHIJKL`, to which"
                    + " log-ins by IAM are limited.",
            otherwise = "any database of the region's account",
            format = Format.TEXT)
        Optional<String> resourceId,
    @Setting(
            value =
                "The users that nodes log in as by IAM tokens (`rds-db:connect`); `*` ends a"
                    + " beginning.",
            byDefault = "[]")
        List<String> iamUsers,
    @Setting(
            value =
                "The security group of its servers, in the region's network or one that is peered"
                    + " with it: a rule is added that lets the nodes in at `port`, and with `join`"
                    + " one for each other region's network. Without it, let them in yourself.",
            format = Format.TEXT)
        Optional<String> securityGroup,
    @Setting(
            value =
                "The port of its servers, 3306 for MySQL, 1433 for SQL Server, for `securityGroup`.",
            byDefault = "5432",
            range = "1..65535")
        int port) {
  public Database {
    iamUsers = List.copyOf(iamUsers);
  }
}
