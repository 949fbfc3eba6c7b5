CREATE TABLE customers (
  id int AUTO_INCREMENT PRIMARY KEY,
  name varchar(80) NOT NULL,
  email varchar(80) NOT NULL UNIQUE,
  city varchar(40) NOT NULL,
  created_at timestamp NOT NULL DEFAULT current_timestamp
);

CREATE TABLE products (
  id int AUTO_INCREMENT PRIMARY KEY,
  name varchar(80) NOT NULL,
  category varchar(40) NOT NULL,
  price decimal(10, 2) NOT NULL CHECK (price > 0),
  stock int NOT NULL CHECK (stock >= 0),
  KEY products_category (category)
);

CREATE TABLE orders (
  id bigint AUTO_INCREMENT PRIMARY KEY,
  customer_id int NOT NULL REFERENCES customers (id),
  status varchar(20) NOT NULL DEFAULT 'placed',
  placed_at timestamp NOT NULL DEFAULT current_timestamp,
  KEY orders_customer (customer_id, placed_at)
);

CREATE TABLE order_lines (
  order_id bigint NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  line int NOT NULL,
  product_id int NOT NULL REFERENCES products (id),
  quantity int NOT NULL CHECK (quantity > 0),
  price decimal(10, 2) NOT NULL,
  PRIMARY KEY (order_id, line)
);

CREATE TABLE offers (
  id int PRIMARY KEY,
  category varchar(40) NOT NULL,
  title varchar(80) NOT NULL,
  percent int NOT NULL CHECK (percent BETWEEN 1 AND 90)
);

INSERT INTO customers (id, name, email, city, created_at)
SELECT seq,
       concat(elt(1 + seq % 10, 'Ada', 'Bo', 'Chen', 'Dara', 'Eli', 'Fatou', 'Goran', 'Hana', 'Ines', 'Jonas'), ' ',
              elt(1 + seq % 7, 'Aalto', 'Berg', 'Costa', 'Diaz', 'Evans', 'Fischer', 'Garcia')),
       concat('customer', seq, '@shop.example'),
       elt(1 + seq % 6, 'Berlin', 'Dublin', 'Lisbon', 'Oslo', 'Porto', 'Turin'),
       timestamp '2025-01-01 00:00:00' + INTERVAL seq * 7 HOUR
FROM seq_1_to_1000;

INSERT INTO products (id, name, category, price, stock)
SELECT seq,
       concat(elt(1 + seq % 6, 'Red', 'Blue', 'Plain', 'Light', 'Heavy', 'Folding'), ' ',
              elt(1 + seq % 4, 'lamp', 'chair', 'desk', 'shelf'), ' ', seq),
       elt(1 + seq % 4, 'lighting', 'seating', 'tables', 'storage'),
       5 + (seq * 37 % 400) + 0.99,
       1000000
FROM seq_1_to_200;

INSERT INTO offers (id, category, title, percent)
SELECT seq,
       elt(1 + seq % 4, 'lighting', 'seating', 'tables', 'storage'),
       concat('Offer ', seq),
       5 + seq * 7 % 40
FROM seq_1_to_40;

INSERT INTO orders (id, customer_id, status, placed_at)
SELECT seq, 1 + seq * 7919 % 1000, 'shipped', timestamp '2025-06-01 00:00:00' + INTERVAL seq * 53 MINUTE
FROM seq_1_to_3000;

INSERT INTO order_lines (order_id, line, product_id, quantity, price)
SELECT o.id, l.seq, p.id, 1 + (o.id + l.seq) % 3, p.price
FROM orders o
JOIN seq_1_to_4 l ON l.seq <= 1 + o.id % 4
JOIN products p ON p.id = 1 + (o.id * 31 + l.seq * 17) % 200;

ANALYZE TABLE customers, products, offers, orders, order_lines
