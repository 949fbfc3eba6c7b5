package dev.heimdall.manager.rest;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.web.Request;

/** What each path needs of whoever asks for it. */
final class Rights {
  private Rights() {}

  static Permission needed(Request request) {
    String path = request.path();
    boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
    if (path.startsWith(Api.DOCUMENTS + "/")) {
      return reads ? Permission.READ_SECRETS : Permission.CHANGE_CONFIGURATION;
    }
    if (path.startsWith(Api.HISTORY + "/")) {
      return HistoryPath.isRollback(path)
          ? Permission.CHANGE_CONFIGURATION
          : Permission.READ_SECRETS;
    }
    if (path.equals(Api.ACCOUNTS) || path.startsWith(Api.ACCOUNTS + "/")) {
      return Permission.MANAGE_ACCOUNTS;
    }
    return switch (path) {
      case Api.COMMIT -> Permission.CHANGE_CONFIGURATION;
      case Api.AUDIT -> Permission.READ_AUDIT;
      case Api.OWN_ACCOUNT, Api.OWN_PASSWORD -> Permission.OWN_ACCOUNT;
      default -> Permission.READ_CONFIGURATION;
    };
  }

  /** Whether it is there for who has to change his password before anything else. */
  static boolean isOpenBeforeChange(Request request) {
    return needed(request) == Permission.OWN_ACCOUNT;
  }
}
