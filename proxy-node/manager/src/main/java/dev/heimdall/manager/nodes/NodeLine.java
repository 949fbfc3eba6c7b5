package dev.heimdall.manager.nodes;

import java.util.List;

/**
 * A node in the list of all.
 *
 * @param state whether it reports and takes clients
 * @param configuration which one it runs
 * @param servers connections to databases that are in use, of how many
 * @param reasons what is the matter, if anything is
 */
public record NodeLine(
    String id,
    String href,
    Badge state,
    Badge configuration,
    String clients,
    String servers,
    String uptime,
    String version,
    String address,
    String reported,
    List<String> reasons) {}
