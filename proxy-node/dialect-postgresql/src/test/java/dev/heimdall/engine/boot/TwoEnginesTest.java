package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.kit.SimulatedServers;
import dev.heimdall.engine.kit.SocketClient;
import dev.heimdall.engine.toy.ToyClient;
import dev.heimdall.engine.toy.ToyDialect;
import dev.heimdall.engine.toy.ToyProcess;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.VirtualDatabase;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One node, one event loop, two virtual databases: the clients and servers of one speak
 * PostgreSQL's protocol, those of the other one the toy's, which stands where that of another
 * engine will.
 */
class TwoEnginesTest {
  private static final String IDLE = "done 0";
  private static final String OPEN = "done 1";

  @TempDir Path directory;

  private final EventLoopGroup world =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<ToyProcess> toys = new CopyOnWriteArrayList<>();
  private SimulatedServers elephants;
  private Channel toyServer;
  private Node node;

  @BeforeEach
  void start() throws Exception {
    SocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    toyServer =
        new ServerBootstrap()
            .group(world)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    ToyProcess process = new ToyProcess(toys.size() + 1);
                    toys.add(process);
                    channel.pipeline().addLast(process);
                  }
                })
            .bind(free)
            .sync()
            .channel();
    elephants =
        inWorld(
            () ->
                new SimulatedServers(
                    world.next(), free, NioServerSocketChannel.class, ByteBufAllocator.DEFAULT));
    node =
        Node.start(
            directory,
            configuration(),
            RegionFacts.none(),
            new NodeObserver() {},
            Map.of(Engine.MYSQL, ToyDialect.create()));
  }

  @AfterEach
  void close() throws Exception {
    if (node != null) {
      node.close();
    }
    assertThat(inWorld(() -> toys.stream().flatMap(one -> one.violations().stream()).toList()))
        .isEmpty();
    assertThat(inWorld(elephants::failures)).isEmpty();
    world.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  /** On the thread of the servers. */
  private <T> T inWorld(Callable<T> what) throws Exception {
    return world.next().submit(what).get(30, TimeUnit.SECONDS);
  }

  private Configuration configuration() throws Exception {
    write("node.json", "{\"http\": {\"enabled\": false}, \"loops\": 1, \"maxClients\": 3}");
    write("users/ann.json", "{\"password\": \"secret\"}");
    virtual("elephants", inWorld(elephants::listensAt));
    virtual("toys", toyServer.localAddress());
    Configuration read = ConfigurationReader.read(directory);
    // The reader lets no virtual database have a source of an engine that the node cannot serve.
    Map<String, DataSource> sources = new TreeMap<>(read.sources());
    sources.compute(
        "toys",
        (name, source) ->
            with(with(source, "engine", Engine.MYSQL), "driver", Optional.of(source.driverName())));
    Map<String, VirtualDatabase> vdbs = new TreeMap<>(read.vdbs());
    vdbs.replaceAll((name, vdb) -> with(vdb, "ports", List.of(0))); // any that are free
    return new Configuration(
        read.node(), sources, read.drivers(), vdbs, read.rules(), read.users());
  }

  private void virtual(String name, SocketAddress server) throws Exception {
    int port = ((InetSocketAddress) server).getPort();
    write(
        "sources/" + name + ".json",
        "{\"url\": \"jdbc:postgresql://127.0.0.1:"
            + port
            + "/app\", \"user\": \"db\", \"password\": \"db\","
            + " \"tls\": {\"mode\": \"disable\"}, \"catalog\": {\"enabled\": false}}");
    write(
        "vdbs/" + name + ".json",
        "{\"source\": \""
            + name
            + "\", \"ports\": ["
            + name.length() // each its own, and none that is listened on
            + "], \"address\": \"127.0.0.1\", \"pool\": {\"size\": 1},"
            + " \"auth\": [{\"method\": \"trust\"}]}");
  }

  private void write(String path, String document) throws Exception {
    Path file = directory.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, document);
  }

  /** The same record but for one component. */
  private static <T extends Record> T with(T record, String component, Object value) {
    try {
      List<Class<?>> types = new ArrayList<>();
      List<Object> values = new ArrayList<>();
      for (RecordComponent one : record.getClass().getRecordComponents()) {
        types.add(one.getType());
        values.add(one.getName().equals(component) ? value : one.getAccessor().invoke(record));
      }
      @SuppressWarnings("unchecked") // of the same class
      T changed =
          (T)
              record
                  .getClass()
                  .getDeclaredConstructor(types.toArray(Class<?>[]::new))
                  .newInstance(values.toArray());
      return changed;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private SocketClient postgres() throws Exception {
    SocketClient client = new SocketClient(node.port("elephants"));
    assertThat(client.logIn("ann")).isEqualTo("ready I");
    return client;
  }

  private ToyClient toy() throws Exception {
    ToyClient client = new ToyClient(node.port("toys"), "ann");
    assertThat(client.welcome()).endsWith(IDLE);
    return client;
  }

  @Test
  void clientsOfEachAreAnsweredByServersOfTheirOwn() throws Exception {
    try (SocketClient ann = postgres();
        ToyClient bob = toy()) {
      assertThat(ann.asks("SELECT 1"))
          .containsExactly("row SELECT 1 {}", "done SELECT 1", "ready I");
      assertThat(bob.asks("SELECT 1")).containsExactly("row 1", IDLE);
      assertThat(ann.asks("SELECT 1"))
          .containsExactly("row SELECT 1 {}", "done SELECT 1", "ready I");

      assertThat(inWorld(() -> elephants.open().size())).isEqualTo(1);
      assertThat(toys).hasSize(1);
    }
  }

  @Test
  void oneTextIsToEachWhatItsDialectSays() throws Exception {
    try (SocketClient ann = postgres();
        ToyClient bob = toy()) {
      assertThat(ann.asks("USE shop")).endsWith("ready I");
      assertThat(bob.asks("USE shop")).containsExactly(IDLE);
      assertThat(bob.asks("SELECT schema")).containsExactly("row shop", IDLE);

      assertThat(pins()).containsExactly("elephants unknown statement", "toys null");
      assertThat(ann.asks("DISCARD ALL")).containsExactly("done DISCARD ALL", "ready I");
      assertThat(bob.asks("DISCARD ALL")).containsExactly(IDLE);
      assertThat(pins()).containsExactly("elephants null", "toys unknown statement");
    }
  }

  /** Why clients keep their server connections. */
  private List<String> pins() throws Exception {
    return node.view().clients().toCompletableFuture().get(30, TimeUnit.SECONDS).stream()
        .map(client -> client.vdb() + " " + client.pinReason())
        .sorted()
        .toList();
  }

  @Test
  void limitsOfTheNodeCountTheClientsOfBoth() throws Exception {
    try (SocketClient ann = postgres();
        ToyClient bob = toy();
        ToyClient cid = toy();
        SocketClient eve = new SocketClient(node.port("elephants"));
        ToyClient fay = new ToyClient(node.port("toys"), "ann")) {
      assertThat(eve.logIn("ann")).startsWith("error 53300");
      assertThat(fay.welcome()).hasSize(1).first().asString().startsWith("error 53300");

      assertThat(ann.asks("SELECT 1")).endsWith("ready I");
      assertThat(bob.asks("SELECT 1")).endsWith(IDLE);
      assertThat(cid.asks("SELECT 1")).endsWith(IDLE);
    }
  }

  @Test
  void aLossOfServersOfOneIsNothingToTheOther() throws Exception {
    try (SocketClient ann = postgres();
        ToyClient bob = toy()) {
      bob.asks("BEGIN");
      ann.asks("BEGIN");

      inWorld(
          () -> {
            elephants.open().forEach(SimulatedServers.Session::kill);
            return null;
          });

      List<String> told = ann.asks("INSERT 1");
      assertThat(told).hasSize(2);
      assertThat(told.get(0)).startsWith("error 08006");
      assertThat(bob.asks("SELECT 1")).containsExactly("row 1", OPEN);
      assertThat(bob.asks("COMMIT")).containsExactly(IDLE);
    }
  }

  @Test
  void aTransactionOfOneHoldsNoConnectionOfTheOther() throws Exception {
    try (SocketClient ann = postgres();
        ToyClient bob = toy()) {
      assertThat(bob.asks("BEGIN")).containsExactly(OPEN);
      assertThat(ann.asks("BEGIN")).containsExactly("done BEGIN", "ready T");
      assertThat(bob.asks("COMMIT")).containsExactly(IDLE);
      assertThat(ann.asks("COMMIT")).containsExactly("done COMMIT", "ready I");
    }
  }
}
