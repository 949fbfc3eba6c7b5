package dev.heimdall.test.it;

import dev.heimdall.test.fixture.Comparison;
import dev.heimdall.test.fixture.NodeKind;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that run once for each kind of node. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.heimdall.test.fixture.NodeKind#chosen")
abstract class EachNodeKind {
  private static TestNode running;

  @Parameter NodeKind kind;

  @BeforeParameterizedClassInvocation
  static void start(NodeKind kind) {
    running = TestNode.start(kind::into);
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    running.close();
  }

  final TestNode node() {
    return running;
  }

  final Target target() {
    return running.target();
  }

  final RawClient logIn(String... parameters) throws IOException {
    return RawClient.logIn(running.target(), parameters);
  }

  final List<String> sameAsDirect(Comparison.Scene scene) throws IOException {
    return Comparison.sameAsDirect(running.target(), scene);
  }

  final List<String> sameAsDirect(List<String> before, Comparison.Scene scene) throws IOException {
    return Comparison.sameAsDirect(running.target(), before, scene);
  }
}
