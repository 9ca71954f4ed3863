using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Enrichments.Predictions.Studies;

namespace CustomerInsights.Enrichments.Predictions.Scoring;

/// <summary>A column that a model learns from.</summary>
/// <param name="Source">The feature of a row; the outputs of the order model come behind all of them.</param>
/// <param name="Name">For people.</param>
/// <param name="Group">What is judged together.</param>
/// <param name="Levels">The levels of a category that are told apart; empty for numbers.</param>
internal sealed record PlannedColumn(int Source, string Name, string Group, IReadOnlyList<string> Levels)
{
    /// <summary>The level of all that have none of their own.</summary>
    public const string Other = "(other)";

    /// <summary>Whether it is a category.</summary>
    public bool IsCategory => Levels.Count > 0;
}

/// <summary>Which columns a model learns from, found at its snapshot and used for every later one: levels, and the order model. Immutable.</summary>
/// <param name="Columns">The columns.</param>
/// <param name="Orders">The order model, or null.</param>
/// <param name="Features">How many features a row has without its order history.</param>
internal sealed record ColumnPlan(IReadOnlyList<PlannedColumn> Columns, OrderOutputs? Orders, int Features)
{
    private const int MostLevels = 50;
    private const int FewestOfLevel = 5;
    private const int LongestText = 200;

    /// <summary>Plans.</summary>
    /// <param name="builder">Made the rows.</param>
    /// <param name="rows">The rows to learn from.</param>
    /// <param name="horizon">Days ahead.</param>
    /// <param name="findings">Receives what was left out, and why.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static ColumnPlan Of(SnapshotFeatures builder, FeatureRows rows, int horizon, List<Finding> findings, CancellationToken cancellationToken)
    {
        var orders = rows.Width > builder.Specs.Count ? OrderOutputs.Fit(rows, builder.Specs.Count, horizon, cancellationToken) : null;
        if (orders is null && rows.Width > builder.Specs.Count)
        {
            findings.Add(new Finding("info", "orders", "Train", "There are too few customers with orders for the order model; its features are left out."));
        }

        var columns = new List<PlannedColumn>();
        var constant = new List<string>();
        for (var feature = 0; feature < builder.Specs.Count; feature++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (name, group) = builder.Specs[feature];
            if (builder.Book(feature) is { } book)
            {
                if (Levels(book, rows, feature, name, findings) is { } levels)
                {
                    (levels.Count > 1 ? columns : null)?.Add(new PlannedColumn(feature, name, group, levels));
                    (levels.Count > 1 ? null : constant)?.Add(name);
                }
            }
            else if (Varies(rows, feature))
            {
                columns.Add(new PlannedColumn(feature, name, group, []));
            }
            else
            {
                constant.Add(name);
            }
        }

        if (constant.Count > 0)
        {
            findings.Add(new Finding("info", string.Join(", ", constant.Take(3).Select(Short)), "Train", string.Create(
                CultureInfo.InvariantCulture, $"{constant.Count} features are the same for everybody and are left out: {string.Join("; ", constant.Take(4).Select(Short))}{(constant.Count > 4 ? "; …" : "")}.")));
        }

        if (orders is not null)
        {
            var specs = OrderOutputs.Specs(horizon);
            columns.AddRange(specs.Select((spec, at) => new PlannedColumn(builder.Specs.Count + at, spec.Name, spec.Group, [])));
        }

        return new ColumnPlan([.. columns.Take(FeatureBins.MostFeatures)], orders, builder.Specs.Count);
    }

    /// <summary>The columns of rows.</summary>
    /// <param name="builder">Made the rows.</param>
    /// <param name="rows">The rows, one at least.</param>
    public List<FeatureColumn> Of(SnapshotFeatures builder, FeatureRows rows)
    {
        var outputs = Orders?.Of(rows, Features);
        var made = new List<FeatureColumn>(Columns.Count);
        foreach (var column in Columns)
        {
            if (column.Source >= Features)
            {
                made.Add(FeatureColumn.Taken(column.Name, outputs![column.Source - Features]));
            }
            else if (column.IsCategory)
            {
                made.Add(FeatureColumn.OfLevels(column.Name, LevelsOf(builder.Book(column.Source), rows, column), column.Levels));
            }
            else
            {
                // What the model knows as a number is one still, or it is missing.
                var numbers = new double[rows.Count];
                var number = builder.Book(column.Source) is null;
                for (var row = 0; row < numbers.Length; row++)
                {
                    numbers[row] = number && float.IsFinite(rows[row][column.Source]) ? rows[row][column.Source] : double.NaN;
                }

                made.Add(FeatureColumn.Taken(column.Name, numbers));
            }
        }

        return made;
    }

    /// <summary>Writes it.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Features);
        writer.Write(Orders is not null);
        Orders?.Write(writer);
        writer.Write(Columns.Count);
        foreach (var column in Columns)
        {
            writer.Write(column.Source);
            writer.Write(column.Name);
            writer.Write(column.Group);
            writer.Write(column.Levels.Count);
            foreach (var level in column.Levels)
            {
                writer.Write(level);
            }
        }
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static ColumnPlan Read(BinaryReader reader)
    {
        var features = reader.ReadCount(10_000);
        var orders = reader.ReadBoolean() ? OrderOutputs.Read(reader) : null;
        var columns = reader.ReadArray(
            from => new PlannedColumn(from.ReadCount(features + 3), from.ReadString(), from.ReadString(), from.ReadArray(static one => one.ReadString(), FeatureBins.Most - 1)), FeatureBins.MostFeatures);
        return columns.Length > 0 && columns.All(column => column.Source < features || orders is not null)
            ? new ColumnPlan(columns, orders, features)
            : throw new InvalidDataException("The columns of the model are damaged.");
    }

    private static string Short(string name) => name.Length > 60 ? name[..60] : name;

    private static bool Varies(FeatureRows rows, int feature)
    {
        for (var row = 1; row < rows.Count; row++)
        {
            var (first, other) = (rows[0][feature], rows[row][feature]);
            if (first != other && !(float.IsNaN(first) && float.IsNaN(other)))
            {
                return true;
            }
        }

        return false;
    }

    // Null for a category that is left out: nearly everybody has a value of one's own, which is a name and tells nothing of others.
    private static List<string>? Levels(CategoryBook book, FeatureRows rows, int feature, string name, List<Finding> findings)
    {
        var counts = new int[CategoryBook.Most + 1];
        var (known, missing) = (0, 0);
        for (var row = 0; row < rows.Count; row++)
        {
            if (float.IsNaN(rows[row][feature]))
            {
                missing++;
                continue;
            }

            counts[(int)rows[row][feature]]++;
            known++;
        }

        var distinct = counts.Count(count => count > 0);
        if (book.Overflowed || (distinct > MostLevels && distinct > known / 2))
        {
            findings.Add(new Finding("warning", Short(name), "Train", string.Create(
                CultureInfo.InvariantCulture, $"'{Short(name)}' has {(book.Overflowed ? $"more than {CategoryBook.Most:N0}" : $"{distinct:N0}")} different values, of {known:N0}: like an id it says nothing of others, and is left out. Name a field with fewer values.")));
            return null;
        }

        var kept = Enumerable.Range(0, book.Names.Count).Where(code => counts[code] >= FewestOfLevel).OrderByDescending(code => counts[code]).ThenBy(code => book.Names[code], StringComparer.Ordinal).Take(MostLevels).ToList();
        var pooled = distinct - kept.Count;
        if (distinct > MostLevels)
        {
            findings.Add(new Finding("info", Short(name), "Train", string.Create(
                CultureInfo.InvariantCulture, $"'{Short(name)}' has {distinct:N0} different values; the {kept.Count} most frequent are told apart, the others are one.")));
        }

        List<string> levels = [.. kept.Select(code => book.Names[code])];
        if (pooled > 0 || levels.Count > 0)
        {
            // There is one for what comes later, too, unless nothing varies.
            levels = pooled > 0 || levels.Count > 1 || missing > 0 ? [.. levels.Where(level => level != PlannedColumn.Other), PlannedColumn.Other] : levels;
        }

        return levels;
    }

    private static int[] LevelsOf(CategoryBook? book, FeatureRows rows, PlannedColumn column)
    {
        var levels = new int[rows.Count];
        var known = column.Levels.Select((level, at) => (level, at)).ToDictionary(pair => pair.level, pair => pair.at, StringComparer.Ordinal);
        var other = known.GetValueOrDefault(PlannedColumn.Other, -1);
        var byCode = new Dictionary<int, int>();
        for (var row = 0; row < levels.Length; row++)
        {
            if (book is null || float.IsNaN(rows[row][column.Source]))
            {
                levels[row] = -1;
                continue;
            }

            var code = (int)rows[row][column.Source];
            if (!byCode.TryGetValue(code, out var level))
            {
                level = code < book.Names.Count && code < CategoryBook.Most && column.Levels.Count > 0 ? known.GetValueOrDefault(book.Names[code][..Math.Min(LongestText, book.Names[code].Length)], other) : other;
                byCode.Add(code, level);
            }

            levels[row] = level;
        }

        return levels;
    }
}
