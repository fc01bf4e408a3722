-- The demo's target: what an ordinary shop has after some years. Every value follows from the row's number.
CREATE TABLE users (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email          varchar(320) NOT NULL UNIQUE,
    name           text         NOT NULL,
    phone          varchar(32),
    country        char(2)      NOT NULL,
    street         text         NOT NULL,
    city           text         NOT NULL,
    postcode       varchar(12)  NOT NULL,
    newsletter     boolean      NOT NULL DEFAULT false,
    preferences    jsonb        NOT NULL DEFAULT '{}',
    created_at     timestamptz  NOT NULL DEFAULT now(),
    updated_at     timestamptz  NOT NULL DEFAULT now(),
    deactivated_at timestamptz
);
COMMENT ON COLUMN users.name IS 'Given and family name, as the customer writes them';

CREATE TYPE order_channel AS ENUM ('web', 'phone');

CREATE TABLE orders (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id    bigint        NOT NULL REFERENCES users (id),
    status     text          NOT NULL CHECK (status IN ('open', 'paid', 'shipped', 'returned')),
    total      numeric(10,2) NOT NULL,
    placed_at  timestamptz   NOT NULL DEFAULT now(),
    channel    order_channel DEFAULT 'web'
);

-- Filled every night by a script that somebody wrote in a hurry.
CREATE TABLE daily_sales (
    country char(2),
    day     date,
    revenue numeric(12,2)
);

-- From a campaign long ago; nothing reads it any more.
CREATE TABLE coupons (
    code    text PRIMARY KEY,
    user_id bigint REFERENCES users (id),
    percent integer NOT NULL
);

INSERT INTO users (id, email, name, phone, country, street, city, postcode, newsletter, preferences, created_at, updated_at, deactivated_at)
OVERRIDING SYSTEM VALUE
SELECT n,
       'user' || n || '@example.com',
       (ARRAY['Ada','Grace','Alan','Edsger','Barbara','Donald','Frances','Ken','Radia','Dennis','Zoë','José','Łukasz','Aiko'])[1 + n % 14]
           || ' ' ||
       (ARRAY['Lovelace','Hopper','Turing','Dijkstra','Liskov','Knuth','Allen','Thompson','Perlman','Ritchie','Müller','García','Nowak'])[1 + (n / 14) % 13]
           || ' ' || n,
       CASE WHEN n % 3 = 0 THEN '+49 30 ' || lpad((n % 10000000)::text, 7, '0') END,
       (ARRAY['DE','FR','PL','ES','GB','US','JP','BR'])[1 + n % 8],
       (1 + n % 250) || ' ' || (ARRAY['High Street','Station Road','Main Street','Park Avenue','Mill Lane'])[1 + n % 5],
       (ARRAY['Berlin','Lyon','Gdańsk','Sevilla','Leeds','Portland','Osaka','Recife'])[1 + n % 8],
       lpad((n % 100000)::text, 5, '0'),
       n % 4 = 0,
       jsonb_build_object('theme', CASE WHEN n % 2 = 0 THEN 'dark' ELSE 'light' END, 'perPage', 10 + n % 50),
       timestamptz '2019-01-01 00:00:00+00' + n * interval '13 minutes',
       timestamptz '2019-01-01 00:00:00+00' + n * interval '14 minutes',
       CASE WHEN n % 17 = 0 THEN timestamptz '2025-01-01 00:00:00+00' + n * interval '1 minute' END
FROM generate_series(1, current_setting('demo.users')::int) AS n;

INSERT INTO orders (id, user_id, status, total, placed_at)
OVERRIDING SYSTEM VALUE
SELECT n,
       1 + (n::bigint * 7919) % current_setting('demo.users')::int,
       (ARRAY['open','paid','shipped','shipped','shipped','returned'])[1 + n % 6],
       round((5 + (n % 40000) / 100.0)::numeric, 2),
       timestamptz '2020-01-01 00:00:00+00' + n * interval '7 minutes'
FROM generate_series(1, current_setting('demo.orders')::int) AS n;

INSERT INTO coupons (code, user_id, percent)
SELECT 'SPRING-' || n, n, 10 FROM generate_series(1, least(100, current_setting('demo.users')::int)) AS n;

SELECT setval(pg_get_serial_sequence('users', 'id'), current_setting('demo.users')::int);
SELECT setval(pg_get_serial_sequence('orders', 'id'), current_setting('demo.orders')::int);

INSERT INTO daily_sales
SELECT country, date '2025-01-01' + day, 100 + day * 3
FROM unnest(ARRAY['DE','FR','PL']) AS country, generate_series(0, 99) AS day;

CREATE INDEX users_name_idx ON users (name);
CREATE INDEX users_country_idx ON users (country);
CREATE INDEX orders_user_id_idx ON orders (user_id);

CREATE VIEW active_users AS
    SELECT id, email, name, country FROM users WHERE deactivated_at IS NULL;

CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END
$$;
CREATE TRIGGER users_touch_updated_at BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- The application's role owns nothing and may change no schema, as it should be everywhere.
GRANT SELECT, INSERT, UPDATE ON users, orders TO shop_app;
GRANT SELECT ON active_users TO shop_app;
