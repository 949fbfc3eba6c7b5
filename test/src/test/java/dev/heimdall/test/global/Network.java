package dev.heimdall.test.global;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** All ways between regions and inside them, and the relays over which they are gone. */
final class Network implements AutoCloseable {
  private final List<Region> regions;
  private final List<Line> lines;
  private final long seed;
  private final EventLoopGroup loops = new NioEventLoopGroup(1);
  private final Map<String, Way> ways = new LinkedHashMap<>();
  private final List<Relay> relays = new ArrayList<>();

  Network(List<Region> regions, List<Line> lines, long seed) {
    this.regions = regions;
    this.lines = lines;
    this.seed = seed;
    for (Region from : regions) {
      for (Region to : regions) {
        ways.put(name(from, to), made(from, to));
      }
    }
  }

  private Way made(Region from, Region to) {
    return lines.stream()
        .filter(line -> line.joins(from, to))
        .findFirst()
        .map(line -> line.way(seed + ways.size()))
        .orElseGet(Way::none);
  }

  private static String name(Region from, Region to) {
    return from + " to " + to;
  }

  /** From one region to another, or inside one. */
  Way way(Region from, Region to) {
    return ways.get(name(from, to));
  }

  EventLoopGroup loops() {
    return loops;
  }

  /** Has everybody in each region find something of a region at its address there. */
  void offer(Region of, int host, int port, Supplier<InetSocketAddress> target) {
    for (Region from : regions) {
      relays.add(
          new Relay(
              loops,
              new InetSocketAddress(from.toward(of, host), port),
              target,
              way(from, of),
              way(of, from)));
    }
  }

  /**
   * The same for clients of other regions: in its own it listens at its address itself. Clients are
   * not in the regions that are near to them: their way is as long as that between the regions, and
   * is whole when that is cut.
   */
  void offerElsewhere(Region of, int host, int port) {
    for (Region from : regions) {
      if (!from.equals(of)) {
        relays.add(
            new Relay(
                loops,
                new InetSocketAddress(from.toward(of, host), port),
                () -> new InetSocketAddress(of.address(host), port),
                made(from, of),
                made(of, from)));
      }
    }
  }

  /** Nothing gets from one region to another any more, or everything again. */
  void cut(Region from, Region to, boolean on) {
    way(from, to).cut(on);
  }

  /** Nothing gets in, out, or from one place inside to another. */
  void silence(Region region, boolean on) {
    for (Region other : regions) {
      cut(region, other, on);
      cut(other, region, on);
    }
  }

  @Override
  public void close() {
    relays.forEach(Relay::close);
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
