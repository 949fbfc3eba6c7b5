package dev.heimdall.cdk.config;

import dev.heimdall.model.Cidr;
import dev.heimdall.model.Format;
import dev.heimdall.model.Setting;

/** A way out of a network that is made: to another region's nodes, databases or clients. */
public record NetworkRoute(
    @Setting(
            value = "The addresses that it leads to, such as `10.133.0.0/16`.",
            required = true,
            format = Format.NETWORK)
        Cidr to,
    @Setting(
            value =
                "What it goes through, which is there: a transit gateway (`tgw-…`) that the network"
                    + " is attached to, or a peering connection (`pcx-…`).",
            required = true)
        String by) {}
