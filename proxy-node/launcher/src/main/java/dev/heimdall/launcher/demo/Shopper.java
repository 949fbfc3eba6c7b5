package dev.heimdall.launcher.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;

/**
 * One client of the shop: looks at offers, products and orders, and places an order now and then.
 * Once in a while it is a clerk, who changes an offer.
 */
final class Shopper implements AutoCloseable {
  private static final int CUSTOMERS = 1000;
  private static final int PRODUCTS = 200;
  private static final int OFFERS = 40;

  /** Of so many visits one is a clerk's. */
  private static final int VISITS_OF_A_CLERK = 300;

  private static final String[] CATEGORIES = {"lighting", "seating", "tables", "storage"};

  private final Connection connection;
  private final LatencyHistogram latencies;
  private final LongAdder ordersPlaced;
  private final Random random;
  private final PreparedStatement offersOf;
  private final PreparedStatement changeOffer;
  private final PreparedStatement productsOf;
  private final PreparedStatement ordersOf;
  private final PreparedStatement linesOf;
  private final PreparedStatement placeOrder;
  private final PreparedStatement placeLine;
  private final PreparedStatement takeStock;

  Shopper(Connection connection, LatencyHistogram latencies, LongAdder ordersPlaced, Random random)
      throws SQLException {
    this.connection = connection;
    this.latencies = latencies;
    this.ordersPlaced = ordersPlaced;
    this.random = random;
    offersOf =
        connection.prepareStatement(
            "SELECT id, title, percent FROM offers WHERE category = ? ORDER BY percent DESC");
    changeOffer = connection.prepareStatement("UPDATE offers SET percent = ? WHERE id = ?");
    productsOf =
        connection.prepareStatement(
            "SELECT id, name, price, stock FROM products WHERE category = ? ORDER BY price LIMIT"
                + " 10");
    ordersOf =
        connection.prepareStatement(
            "SELECT id, status, placed_at FROM orders WHERE customer_id = ?"
                + " ORDER BY placed_at DESC LIMIT 5");
    linesOf =
        connection.prepareStatement(
            "SELECT l.line, p.name, l.quantity, l.price FROM order_lines l"
                + " JOIN products p ON p.id = l.product_id WHERE l.order_id = ?");
    placeOrder =
        connection.prepareStatement(
            "INSERT INTO orders (customer_id) VALUES (?)", new String[] {"id"});
    placeLine =
        connection.prepareStatement(
            "INSERT INTO order_lines (order_id, line, product_id, quantity, price)"
                + " SELECT ?, ?, id, ?, price FROM products WHERE id = ?");
    takeStock = connection.prepareStatement("UPDATE products SET stock = stock - ? WHERE id = ?");
  }

  /** One visit: mostly reads; one in six places an order. */
  void visit() throws SQLException {
    if (random.nextInt(VISITS_OF_A_CLERK) == 0) {
      changeOffer.setInt(1, 5 + random.nextInt(40));
      changeOffer.setInt(2, 1 + random.nextInt(OFFERS));
      write(changeOffer);
    } else if (random.nextInt(6) == 0) {
      order();
    } else {
      browse();
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  private void browse() throws SQLException {
    String category = CATEGORIES[random.nextInt(CATEGORIES.length)];
    offersOf.setString(1, category);
    read(offersOf);
    productsOf.setString(1, category);
    read(productsOf);
    ordersOf.setInt(1, 1 + random.nextInt(CUSTOMERS));
    long order = read(ordersOf);
    if (order != 0) {
      linesOf.setLong(1, order);
      read(linesOf);
    }
  }

  /**
   * Places an order; a caller that gets an exception closes this connection, and with it the
   * transaction.
   */
  private void order() throws SQLException {
    connection.setAutoCommit(false);
    placeOrder.setInt(1, 1 + random.nextInt(CUSTOMERS));
    long order = insert(placeOrder);
    int lines = 1 + random.nextInt(3);
    // In ascending order, or two shoppers could wait for each other's products.
    int product = 1 + random.nextInt(PRODUCTS / 2);
    for (int line = 1; line <= lines; line++) {
      int quantity = 1 + random.nextInt(3);
      // First what locks the product: MySQL has the other one lock it too, for readers only.
      takeStock.setInt(1, quantity);
      takeStock.setInt(2, product);
      write(takeStock);
      placeLine.setLong(1, order);
      placeLine.setInt(2, line);
      placeLine.setInt(3, quantity);
      placeLine.setInt(4, product);
      write(placeLine);
      product += 1 + random.nextInt(PRODUCTS / 8);
    }
    connection.commit();
    ordersPlaced.increment();
    connection.setAutoCommit(true);
  }

  /** Reads all rows; returns the first column of the first one, a number; 0 when there is none. */
  private long read(PreparedStatement statement) throws SQLException {
    long began = System.nanoTime();
    long first = 0;
    try (ResultSet rows = statement.executeQuery()) {
      for (int row = 0; rows.next(); row++) {
        if (row == 0) {
          first = rows.getLong(1);
        }
      }
    }
    latencies.record(System.nanoTime() - began);
    return first;
  }

  /** Inserts one row; returns the key that the server gave it. */
  private long insert(PreparedStatement statement) throws SQLException {
    write(statement);
    try (ResultSet keys = statement.getGeneratedKeys()) {
      if (!keys.next()) {
        throw new SQLException("an inserted row has no key");
      }
      return keys.getLong(1);
    }
  }

  private void write(PreparedStatement statement) throws SQLException {
    long began = System.nanoTime();
    int changed = statement.executeUpdate();
    latencies.record(System.nanoTime() - began);
    if (changed != 1) {
      throw new SQLException("a statement changed " + changed + " rows where it should change 1");
    }
  }
}
