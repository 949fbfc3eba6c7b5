package dev.heimdall.manager.rest;

import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.login.Principal;
import dev.heimdall.manager.web.Request;
import java.util.List;

/**
 * A request for an operation, whose body is there, of a user who may.
 *
 * @param parts what stands in the place of each variable segment of the path
 */
public record Call(Request request, Principal who, List<String> parts) {
  /** Value of the first variable segment. */
  public String part() {
    return parts.get(0);
  }

  /** As the one who changes something. */
  public Author author() {
    return new Author(who.user(), request.from().getHostAddress());
  }
}
