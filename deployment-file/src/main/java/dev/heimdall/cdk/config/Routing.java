package dev.heimdall.cdk.config;

import dev.heimdall.model.Format;
import dev.heimdall.model.Setting;
import java.util.Optional;

/** Latency records in Route 53, one for each region's load balancer. */
public record Routing(
    @Setting(value = "Make them.", byDefault = "false") boolean enabled,
    @Setting(
            value = "The zone, such as `db.example.com`. Required when `enabled`.",
            format = Format.HOST)
        Optional<String> zone,
    @Setting(
            value =
                "The zone's id, such as `Z0123456789`. With several regions it must be there"
                    + " already.",
            otherwise = "a private zone is made")
        Optional<String> zoneId,
    @Setting(value = "The record's name inside of the zone.", byDefault = "heimdall")
        String record) {}
