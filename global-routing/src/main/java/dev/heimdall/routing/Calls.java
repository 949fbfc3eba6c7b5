package dev.heimdall.routing;

import dev.heimdall.routing.call.AwsCallException;
import dev.heimdall.routing.sdk.AwsError;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Calls to AWS that belong together, each made once, and what kept them from being answered. For
 * one thread.
 */
final class Calls {
  /** Pages of one answer that are read at most: 100 entries each. */
  private static final int MOST_PAGES = 50;

  private final List<AwsTrouble> troubles = new ArrayList<>();

  /** Reads one page, and says where the next one begins. */
  interface Page {
    String after(String marker) throws AwsCallException;
  }

  /** True if there are credentials for them. */
  boolean allowed(AwsCredentialsProvider credentials) {
    try {
      credentials.resolveCredentials();
      return true;
    } catch (SdkException e) {
      troubles.add(
          new AwsTrouble(AwsTrouble.Kind.NO_CREDENTIALS, "", AwsError.line(e.getMessage())));
      return false;
    }
  }

  /** True if no further calls should be made: the API requested fewer calls or did not answer. */
  boolean stopped() {
    return troubles.stream().anyMatch(trouble -> trouble.kind() != AwsTrouble.Kind.DENIED);
  }

  /**
   * Reads all pages.
   *
   * @param action such as {@code rds:DescribeDBClusters}
   * @return whether that went well
   */
  boolean pages(String action, Page page) {
    if (stopped()) {
      return false;
    }
    String marker = null;
    try {
      for (int i = 0; i < MOST_PAGES; i++) {
        marker = page.after(marker);
        if (marker == null || marker.isEmpty()) {
          return true;
        }
      }
      throw new IllegalStateException("it has no last page");
    } catch (AwsCallException e) {
      troubles.add(AwsTrouble.of(action, e));
      return false;
    } catch (RuntimeException e) {
      troubles.add(trouble(action, e));
      return false;
    }
  }

  List<AwsTrouble> troubles() {
    return List.copyOf(troubles);
  }

  static AwsTrouble trouble(String action, RuntimeException failure) {
    AwsError said = AwsError.of(failure);
    AwsTrouble.Kind kind = AwsTrouble.Kind.FAILED;
    if (said.kind() == AwsError.Kind.THROTTLED) {
      kind = AwsTrouble.Kind.THROTTLED;
    } else if (said.kind() == AwsError.Kind.DENIED
        || said.status() == 401
        || said.status() == 403) {
      // The EC2 API refuses with 403 as well, but for its credentials with 401.
      kind = AwsTrouble.Kind.DENIED;
    }
    return new AwsTrouble(kind, action, said.words());
  }
}
