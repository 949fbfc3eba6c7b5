package dev.heimdall.model;

import java.util.Optional;

/** Settings of one server of a cluster beyond those that the server reports itself. */
public record ClusterNode(
    @Setting(
            value = "Which server: as in `url`, or as the cluster itself names it.",
            required = true,
            format = Format.SERVER)
        String address,
    @Setting(
            value = "Its share of reads, beside others.",
            otherwise = "what the driver's `readerUrl` says: 10, a writer 1",
            range = "1..1000",
            zero = "no reads")
        Optional<Integer> weight,
    @Setting("The availability zone it is in, shown to people.") Optional<String> zone) {
  /** {@link #address} in its parts. */
  public ServerAddress server() {
    return ServerAddress.parse(address, Engine.usual().port());
  }
}
