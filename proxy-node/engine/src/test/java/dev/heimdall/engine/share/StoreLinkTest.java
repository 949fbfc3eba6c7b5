package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.StoreMode;
import dev.heimdall.model.StoreSettings;
import io.lettuce.core.resource.ClientResources;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class StoreLinkTest {
  private static final String CHANNEL = "test:writes:main";
  private static final long PATIENCE_SECONDS = 30;

  private static ClientResources resources;

  private final Set<String> channels = ConcurrentHashMap.newKeySet();
  private final BlockingQueue<String> subscribed = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> news = new LinkedBlockingQueue<>();
  private Runnable here = () -> {};
  private FakeStore store;
  private StoreLink link;

  @BeforeAll
  static void begin() {
    resources = StoreDriver.resources();
  }

  @AfterAll
  static void end() {
    resources.shutdown(0, 1, TimeUnit.SECONDS);
  }

  @BeforeEach
  void open() throws IOException {
    store = new FakeStore();
    channels.add(CHANNEL);
  }

  @AfterEach
  void close() throws IOException {
    if (link != null) {
      link.close();
    }
    store.close();
  }

  private void connect(StoreMode mode, String... servers) {
    StoreSettings none = StoreSettings.defaults();
    StoreSettings settings =
        new StoreSettings(List.of(servers), mode, none.user(), none.password(), none.tls(), "test");
    link =
        new StoreLink(
            settings,
            new StoreServers(settings, resources),
            () -> channels,
            subscribed::add,
            (channel, text) -> heard.add(channel + "=" + text),
            connections -> here.run(),
            new StoreNews() {
              @Override
              public void lost(String why) {
                news.add("lost");
              }

              @Override
              public void found() {
                news.add("found");
              }

              @Override
              public void slow(String at, Duration after) {
                news.add("slow");
              }

              @Override
              public void fast(String at) {
                news.add("fast");
              }
            });
  }

  private void connect() {
    connect(StoreMode.STANDALONE, store.address());
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(5);
    }
  }

  private static void expect(BlockingQueue<String> queue, String text) throws InterruptedException {
    assertThat(queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(text);
  }

  @Test
  void whatIsToldIsHeardOnceTheChannelIsSubscribed() throws Exception {
    connect();
    expect(subscribed, CHANNEL);
    store.tell(CHANNEL, "written");
    expect(heard, CHANNEL + "=written");
    link.tell(CHANNEL, "mine");
    await("it is told", () -> store.published().equals(List.of(CHANNEL + "=mine")));
  }

  @Test
  void aChannelMoreIsListenedToAndOneIsLeft() throws Exception {
    connect();
    expect(subscribed, CHANNEL);
    link.listen("test:writes:other");
    expect(subscribed, "test:writes:other");
    link.leave(CHANNEL);
    await("it has left", () -> !store.listensTo(CHANNEL));
    assertThat(store.listensTo("test:writes:other")).isTrue();
  }

  @Test
  void afterALossAllChannelsAreSubscribedAnew() throws Exception {
    connect();
    expect(subscribed, CHANNEL);
    link.listen("test:writes:other");
    expect(subscribed, "test:writes:other");
    channels.add("test:writes:other");
    store.cut();
    assertThat(
            Set.of(
                subscribed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS),
                subscribed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)))
        .isEqualTo(Set.of(CHANNEL, "test:writes:other"));
    store.tell(CHANNEL, "after");
    expect(heard, CHANNEL + "=after");
  }

  @Test
  void whileTheStoreIsAwayNothingIsKeptForItAndTheLinkComesBackByItself() throws Exception {
    store.away(true);
    connect();
    assertThat(link.connections()).isEmpty();
    link.tell(CHANNEL, "lost");
    link.leave("test:writes:none");
    expect(news, "lost");
    store.away(false);
    expect(subscribed, CHANNEL);
    expect(news, "found");
    link.tell(CHANNEL, "told");
    await("it is told", () -> !store.published().isEmpty());
    assertThat(store.published()).containsExactly(CHANNEL + "=told");
  }

  @Test
  void aStoreThatAnswersSlowlyIsToldOfUntilItIsFastAgain() throws Exception {
    channels.clear(); // it is asked where it publishes, too, which this store rejects
    connect();
    await("it has answered", () -> link.answerMillis() >= 0);
    store.delay(Duration.ofMillis(300));
    expect(news, "slow");
    store.delay(Duration.ZERO);
    expect(news, "fast");
    assertThat(link.connections()).as("it was never lost").isPresent();
    assertThat(news).isEmpty();
  }

  @Test
  void aStoreThatDoesNotAnswerIsSlowBeforeItIsLost() throws Exception {
    channels.clear();
    connect();
    await("it has answered", () -> link.answerMillis() >= 0);
    store.muteAt("ROLE");
    expect(news, "slow");
    expect(news, "lost");
  }

  @Test
  void aServerThatIsNoPrimaryAnyMoreIsLeftUntilItIsOne() throws Exception {
    connect();
    expect(subscribed, CHANNEL);
    store.primary(false);
    await("it is left", () -> link.connections().isEmpty());
    int asked = store.roles();
    await("it is asked again", () -> store.roles() > asked + 2);
    assertThat(link.connections()).isEmpty();
    expect(news, "lost");
    assertThat(news).isEmpty();
    store.primary(true);
    expect(subscribed, CHANNEL);
    assertThat(link.connections()).isPresent();
    expect(news, "found");
  }

  @Test
  void aServerThatDoesNotSayWhatItIsCanBeUsed() throws Exception {
    store.refuse("ROLE", "NOPERM this user has no permissions to run the 'role' command");
    connect();
    expect(subscribed, CHANNEL);
    store.tell(CHANNEL, "written");
    expect(heard, CHANNEL + "=written");
  }

  @Test
  void aServerThatIsStillLoadingIsNotUsed() throws Exception {
    store.refuse("ROLE", "LOADING Redis is loading the dataset in memory");
    connect();
    await("it was tried several times", () -> store.roles() > 6);
    assertThat(link.connections()).isEmpty();
    assertThat(subscribed).isEmpty();
    store.refuse("ROLE", null);
    expect(subscribed, CHANNEL);
  }

  @Test
  void aChannelThatWasRefusedIsTriedAgain() throws Exception {
    store.refuse("SUBSCRIBE", "NOPERM this user has no permissions to access the channel");
    connect();
    await("it is connected", () -> link.connections().isPresent());
    store.refuse("SUBSCRIBE", null);
    expect(subscribed, CHANNEL);
  }

  @Test
  void ofSeveralServersThePrimaryIsFoundAndFollowed() throws Exception {
    try (FakeStore other = new FakeStore()) {
      store.primary(false);
      connect(StoreMode.REPLICATION, store.address(), other.address());
      expect(subscribed, CHANNEL);
      other.tell(CHANNEL, "there");
      expect(heard, CHANNEL + "=there");

      store.primary(true);
      other.primary(false);
      expect(subscribed, CHANNEL);
      store.tell(CHANNEL, "here");
      expect(heard, CHANNEL + "=here");
      other.tell(CHANNEL, "nobody listens");
      assertThat(other.listensTo(CHANNEL)).isFalse();
    }
  }

  @Test
  void anErrorInTheNodeDoesNotEndItsLookingForTheStore() throws Exception {
    CountDownLatch errors = new CountDownLatch(2);
    here =
        () -> {
          errors.countDown();
          throw new NoClassDefFoundError("an error of the test's");
        };
    connect();

    assertThat(errors.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aClosedLinkLeavesNothingBehind() throws Exception {
    connect();
    expect(subscribed, CHANNEL);
    link.close();
    await("its connections are gone", () -> store.connections() == 0);
    assertThat(link.connections()).isEmpty();
    link.listen("test:writes:other");
    link.tell(CHANNEL, "nobody");
    assertThat(store.published()).isEmpty();
    link.close();
  }
}
