using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Tests.Rules;

/// <summary>Makes rules and data from a seed: trees of any shape for the round trips, well-typed ones for evaluation.</summary>
internal sealed class RandomRules(int seed)
{
    private static readonly string[] NameParts =
        ["city", "order", "amount", "a b", "by", "And", "x`y", "a.b", "é", "_1", "1st", "date", "time", "\n", "count", "😀", "missing"];

    private static readonly string[] TextValues = ["", "a", "London", "say \"hi\"", "\\", "a\nb", "`", "--", "😀", "\0", "ß"];

    private readonly Random _random = new(seed);

    private bool Chance(int percent) => _random.Next(100) < percent;

    private T Pick<T>(params ReadOnlySpan<T> items) => items[_random.Next(items.Length)];

    // ---- any tree ----
    public Expression Tree() => Chance(10) ? new GroupedExpression(Any(4), Many(() => Any(3), 1)) : Any(5);

    private Expression Any(int depth)
    {
        if (depth == 0 || Chance(15))
        {
            return Chance(50) ? new LiteralExpression(AnyLiteral()) : Name();
        }

        Expression Child() => Any(depth - 1);
        Expression? Where() => Chance(50) ? Child() : null;
        return _random.Next(12) switch
        {
            0 => new UnaryExpression(Pick(UnaryOperator.Not, UnaryOperator.Negate), Child()),
            1 => new LogicalExpression(Pick(LogicalOperator.And, LogicalOperator.Or), Many(Child, 2)),
            2 or 3 or 4 => new BinaryExpression((BinaryOperator)_random.Next(16), Child(), Child()),
            5 => new InExpression(Child(), Many(Child, 1), Chance(50)),
            6 => new BetweenExpression(Child(), Child(), Child()),
            7 => new PresenceExpression(Child(), Chance(50)),
            8 => new CallExpression(Pick("lower", "if", "nonsense", "segment"), Chance(20) ? [] : Many(Child, 1)),
            9 => new AggregateExpression((AggregateFunction)_random.Next(11), Chance(10) ? [] : Many(Child, 1), Where()),
            10 => new SequenceExpression(
                Pick(AggregateFunction.Count, AggregateFunction.Exists), new SequenceStep(Name(), Where()), new SequenceStep(Name(), Where()), Chance(50) ? Duration() : null),
            _ => Duration(),
        };
    }

    private NodeList<Expression> Many(Func<Expression> make, int least)
    {
        var items = new Expression[least + _random.Next(3)];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = make();
        }

        return [.. items];
    }

    private NameExpression Name() => Chance(70) ? new NameExpression([Pick<string>(NameParts)]) : new NameExpression([Pick<string>(NameParts), Pick<string>(NameParts)]);

    private DurationExpression Duration() => new(_random.Next(100), (DurationUnit)_random.Next(6));

    private Value AnyLiteral() => _random.Next(7) switch
    {
        0 => Value.Of(Pick<string>(TextValues)),
        1 => Value.Of(Pick(0L, 1, -1, long.MaxValue, long.MinValue, _random.NextInt64())),
        2 => Value.Of(Pick(0m, 1m, -2.50m, 0.0000000000000000000000000001m, 9999999999999999999999999999m, _random.Next() / 8m)),
        3 => Value.Of(Pick(0.0, 1, -1e300, 1e-300, double.Epsilon, double.MaxValue, 100000, 0.1, _random.NextDouble() * 1e20)),
        4 => Value.Of(Chance(50)),
        5 => Value.Of(DateOnly.FromDayNumber(_random.Next(DateOnly.MaxValue.DayNumber))),
        _ => Value.Of(new DateTimeOffset(_random.NextInt64(DateTime.MaxValue.Ticks), TimeSpan.Zero)),
    };

    // ---- well-typed rules over the sample schema ----
    public Expression Typed() => Of(Pick(DataType.Boolean, DataType.Boolean, DataType.Integer, DataType.Decimal, DataType.Number, DataType.Text, DataType.Date, DataType.Time), false, 4);

    private Expression Of(DataType type, bool inside, int depth)
    {
        if (type == DataType.Boolean)
        {
            return Condition(inside, depth);
        }

        if (depth == 0 || Chance(25))
        {
            return Leaf(type, inside);
        }

        Expression Same() => Of(type, inside, depth - 1);
        switch (_random.Next(6))
        {
            case 0:
                return new CallExpression("if", [Condition(inside, depth - 1), Same(), Same()]);
            case 1:
                return new CallExpression("coalesce", Many(Same, 1));
            case 2:
                return Aggregate(type, depth);
            default:
                return Special(type, inside, depth, Same);
        }
    }

    private Expression Special(DataType type, bool inside, int depth, Func<Expression> same)
    {
        Expression Moment() => Of(Pick(DataType.Date, DataType.Time), inside, depth - 1);
        switch (type)
        {
            case DataType.Integer when Chance(50):
                return Pick<Func<Expression>>(
                    () => new CallExpression("length", [Of(DataType.Text, inside, depth - 1)]),
                    () => new CallExpression(Pick("year", "quarter", "month", "day", "weekday", "days_since"), [Moment()]),
                    () => new CallExpression("hour", [Of(DataType.Time, inside, depth - 1)]),
                    () => new CallExpression("days_between", [Moment(), Moment()]),
                    () => Counting(depth))();
            case DataType.Integer:
                return Chance(15) ? new UnaryExpression(UnaryOperator.Negate, same()) : new BinaryExpression(
                    Pick(BinaryOperator.Add, BinaryOperator.Subtract, BinaryOperator.Multiply, BinaryOperator.Remainder), same(), same());
            case DataType.Decimal when Chance(20):
                return new CallExpression(Pick("round", "abs", "floor", "ceil"), [same()]);
            case DataType.Decimal:
                return Chance(40)
                    ? new BinaryExpression(BinaryOperator.Divide, Of(DataType.Integer, inside, depth - 1), same())
                    : new BinaryExpression((BinaryOperator)_random.Next(5), same(), Chance(30) ? Of(DataType.Integer, inside, depth - 1) : same());
            case DataType.Number:
                return Chance(20) ? new BinaryExpression(BinaryOperator.Divide, Of(DataType.Decimal, inside, depth - 1), same())
                    : new BinaryExpression((BinaryOperator)_random.Next(5), same(), Pick(same, () => Of(DataType.Integer, inside, depth - 1), () => new LiteralExpression(Value.Of(0.5m)))());
            case DataType.Text:
                return Chance(50) ? new CallExpression(Pick("lower", "upper", "trim"), [same()])
                    : Chance(50) ? new CallExpression("concat", [same(), Of(Pick(DataType.Text, DataType.Integer), inside, depth - 1)])
                    : new CallExpression("substring", [same(), Of(DataType.Integer, inside, depth - 1), Of(DataType.Integer, inside, depth - 1)]);
            case DataType.Date:
                return Chance(50) ? new CallExpression("truncate", [same(), Text(Pick("year", "quarter", "month", "week", "day"))])
                    : new BinaryExpression(Pick(BinaryOperator.Add, BinaryOperator.Subtract), same(), new DurationExpression(_random.Next(40), Pick(DurationUnit.Day, DurationUnit.Week, DurationUnit.Month, DurationUnit.Year)));
            default:
                return Chance(50) ? new CallExpression("truncate", [same(), Text(Pick("year", "quarter", "month", "week", "day", "hour"))])
                    : new BinaryExpression(Pick(BinaryOperator.Add, BinaryOperator.Subtract), same(), Duration());
        }
    }

    private Expression Condition(bool inside, int depth)
    {
        if (depth == 0 || Chance(10))
        {
            return Pick<Func<Expression>>(
                () => new LiteralExpression(Value.Of(Chance(50))),
                () => new NameExpression([Pick("vip", "opted_in")]),
                () => new CallExpression("segment", [Text("vips")]),
                () => new CallExpression("reachable", [Text("email")]))();
        }

        var type = Pick(DataType.Integer, DataType.Decimal, DataType.Number, DataType.Text, DataType.Date, DataType.Time);
        Expression Side() => Of(Compatible(type), inside, depth - 1);
        Expression TextSide() => Of(DataType.Text, inside, depth - 1);
        Expression Inner() => Condition(inside, depth - 1);
        return _random.Next(10) switch
        {
            0 => new UnaryExpression(UnaryOperator.Not, Inner()),
            1 or 2 => new LogicalExpression(Pick(LogicalOperator.And, LogicalOperator.Or), Many(Inner, 2)),
            3 => new InExpression(Of(type, inside, depth - 1), Many(Side, 1), Chance(50)),
            4 => new BetweenExpression(Of(type, inside, depth - 1), Side(), Side()),
            5 => new PresenceExpression(Of(type, inside, depth - 1), Chance(50)),
            6 => new BinaryExpression(Pick(BinaryOperator.EqualIgnoringCase, BinaryOperator.Contains, BinaryOperator.StartsWith, BinaryOperator.EndsWith), TextSide(), TextSide()),
            7 => Chance(50) ? new BinaryExpression(BinaryOperator.Matches, TextSide(), Text(Pick("o", "^L", "n$", "[a-m]+", "(?i)LON")))
                : new BinaryExpression(BinaryOperator.Contains, new NameExpression(["tags"]), TextSide()),
            8 => ExistsOne(depth),
            _ => new BinaryExpression((BinaryOperator)((int)BinaryOperator.Equal + _random.Next(6)), Of(type, inside, depth - 1), Side()),
        };
    }

    private DataType Compatible(DataType type) => type switch
    {
        DataType.Decimal => Pick(DataType.Decimal, DataType.Integer),
        DataType.Number => Pick(DataType.Number, DataType.Integer),
        DataType.Date or DataType.Time => Pick(DataType.Date, DataType.Time),
        _ => type,
    };

    private Expression Counting(int depth) => Chance(50)
        ? Sequence(AggregateFunction.Count, depth)
        : Chance(50) ? new AggregateExpression(AggregateFunction.Count, [new NameExpression(["order"])], Where(depth))
        : new AggregateExpression(AggregateFunction.CountDistinct, [Field(Pick(DataType.Integer, DataType.Decimal, DataType.Number, DataType.Text))], Where(depth));

    private Expression ExistsOne(int depth) => Chance(50)
        ? Sequence(AggregateFunction.Exists, depth)
        : new AggregateExpression(AggregateFunction.Exists, [Chance(50) ? new NameExpression(["order"]) : Field(DataType.Decimal)], Where(depth));

    private SequenceExpression Sequence(AggregateFunction function, int depth)
    {
        string second = Pick("order", "page_view");
        return new SequenceExpression(
            function,
            new SequenceStep(new NameExpression(["order"]), Where(depth)),
            new SequenceStep(new NameExpression([second]), second == "order" ? Where(depth) : null),
            Chance(70) ? Duration() : null);
    }

    private Expression Aggregate(DataType type, int depth)
    {
        bool numeric = type is DataType.Integer or DataType.Decimal or DataType.Number;
        var function = Pick(AggregateFunction.Min, AggregateFunction.Max, AggregateFunction.First, AggregateFunction.Last, AggregateFunction.ArgMin, AggregateFunction.ArgMax);
        if (numeric && Chance(50))
        {
            function = type == DataType.Integer || Chance(50) ? AggregateFunction.Sum : AggregateFunction.Avg;
        }

        NodeList<Expression> arguments = function is AggregateFunction.ArgMin or AggregateFunction.ArgMax
            ? [Field(type), Field(Pick(DataType.Integer, DataType.Decimal, DataType.Number, DataType.Text))]
            : [Field(type)];
        return new AggregateExpression(function, arguments, Where(depth));
    }

    private Expression? Where(int depth) => Chance(50) ? Condition(true, Math.Max(0, depth - 2)) : null;

    private static NameExpression Field(DataType type) => new(["order", FieldName(type)]);

    private static string FieldName(DataType type) => type switch
    {
        DataType.Integer => "quantity",
        DataType.Decimal => "amount",
        DataType.Number => "weight",
        DataType.Text => "category",
        DataType.Date => "due",
        _ => "at",
    };

    private static LiteralExpression Text(string text) => new(Value.Of(text));

    private Expression Leaf(DataType type, bool inside)
    {
        if (inside && Chance(50))
        {
            return Chance(50) ? Field(type) : new NameExpression([FieldName(type)]);
        }

        bool literal = Chance(50);
        return type switch
        {
            DataType.Integer when literal => new LiteralExpression(Value.Of(Pick(0L, 1, 2, -3, 7, 100, long.MaxValue))),
            DataType.Integer => Chance(30) ? new NameExpression(["account", "employees"]) : new NameExpression([Pick("age", "visits", "zero")]),
            DataType.Decimal when literal => new LiteralExpression(Value.Of(Pick(0m, 0.5m, -1.25m, 100m, 2.50m))),
            DataType.Decimal => new NameExpression([Pick("lifetime_spend", "discount")]),
            DataType.Number when literal => new LiteralExpression(Value.Of(Pick(0.0, 0.5, -1.25, 1e10))),
            DataType.Number => new NameExpression(["score"]),
            DataType.Text when literal => Text(Pick("", "London", "o", "Lon", "books", "a😀b", " x ")),
            DataType.Text => new NameExpression([Pick("city", "first_name", "country")]),
            DataType.Date when literal => new LiteralExpression(Value.Of(new DateOnly(2026, 1, 1).AddDays(_random.Next(120)))),
            DataType.Date => Chance(20) ? new CallExpression("today", []) : new NameExpression([Pick("birthday", "joined")]),
            _ when literal => Chance(50) ? new CallExpression("ago", [Duration()]) : new LiteralExpression(Value.Of(Instant())),
            _ => Chance(20) ? new CallExpression("now", []) : new NameExpression(["last_seen"]),
        };
    }

    // ---- data ----
    // Few different values, so that ties, equal keys and matches happen all the time.
    private DateTimeOffset Instant() => Sample.Now.AddHours(-12 * _random.Next(200));

    public FakeProfile Profile()
    {
        var profile = new FakeProfile();
        void Set(string name, Value value)
        {
            if (Chance(70))
            {
                profile.Attributes[name] = value;
            }
        }

        foreach (string name in (string[])["city", "first_name", "country"])
        {
            Set(name, Value.Of(Pick("London", "Paris", "london", "o", "")));
        }

        Set("age", Value.Of((long)_random.Next(5)));
        Set("visits", Value.Of(Pick(0L, 1, 7, long.MinValue)));
        Set("zero", Value.Of(0));
        Set("lifetime_spend", Value.Of(_random.Next(40) / 4m));
        Set("discount", Value.Of(_random.Next(3) * 0.50m));
        Set("score", Value.Of(_random.Next(-4, 4) / 4.0));
        Set("vip", Value.Of(Chance(50)));
        Set("opted_in", Value.Of(Chance(50)));
        Set("birthday", Value.Of(new DateOnly(2026, 1, 1).AddDays(_random.Next(120))));
        Set("joined", Value.Of(new DateOnly(2024, 2, 29)));
        Set("last_seen", Value.Of(Instant()));
        Set("tags", Value.Of(["o", "London"]));
        if (Chance(50))
        {
            profile.Segments.Add("vips");
            profile.Channels.Add("email");
            profile.RelatedProfiles["account"] = new FakeProfile { Attributes = { ["employees"] = Value.Of((long)_random.Next(9)) } };
        }

        for (int i = _random.Next(8); i > 0; i--)
        {
            profile.Add("order", Order($"o{i}"));
        }

        for (int i = _random.Next(5); i > 0; i--)
        {
            profile.Add("page_view", new FakeActivity($"p{i}", Instant()));
        }

        return profile;
    }

    private FakeActivity Order(string id)
    {
        var order = new FakeActivity(id, Instant());
        void Set(string name, Value value)
        {
            if (Chance(80))
            {
                order.Fields[name] = value;
            }
        }

        Set("amount", Value.Of(_random.Next(8) / 2m));
        Set("quantity", Value.Of((long)_random.Next(-2, 4)));
        Set("weight", Value.Of(_random.Next(8) / 4.0));
        Set("category", Value.Of(Pick("books", "London", "toys")));
        Set("due", Value.Of(new DateOnly(2026, 1, 1).AddDays(_random.Next(120))));
        return order;
    }
}
