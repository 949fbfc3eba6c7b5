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
                "The zone's id, such as `Z0123456789`: a public one, or a private one of the same"
                    + " account, which the regions' networks are associated with.",
            otherwise =
                "a private zone is made, by the first region, and seen by all regions' networks")
        Optional<String> zoneId,
    @Setting(value = "The record's name inside of the zone.", byDefault = "heimdall")
        String record) {}
