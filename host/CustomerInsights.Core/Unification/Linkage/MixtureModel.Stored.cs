namespace CustomerInsights.Core.Unification.Linkage;

/// <content>What was learnt, to be kept and taken up again.</content>
internal sealed partial class MixtureModel
{
    /// <summary>All that was learnt.</summary>
    internal MixtureTables Tables => new(_leads, _share, _log, _chance);

    /// <summary>A model with what another run learnt; <see cref="BitsOf"/> is the same to the bit.</summary>
    /// <exception cref="ArgumentException">The tables are of fields with other levels.</exception>
    internal static MixtureModel Of(FieldComparison[] fields, MixtureTables tables)
    {
        if (tables.Log.Append(tables.Chance).Any(table => table.Length != fields.Length || fields.Where((field, i) => table[i].Length != field.Levels.Count).Any()))
        {
            throw new ArgumentException("The model was learnt for fields with other levels.", nameof(tables));
        }

        var model = new MixtureModel(fields, tables.Chance, tables.Leads);
        tables.Share.CopyTo(model._share, 0);
        tables.Log.CopyTo(model._log, 0);
        return model;
    }

    /// <summary>Gives each pattern its evidence.</summary>
    internal MixtureModel Weigh(ulong[] patterns)
    {
        Bits = Array.ConvertAll(patterns, BitsOf);
        return this;
    }
}

/// <summary>The tables of a model.</summary>
/// <param name="Leads">For each class of non-matches the fields that lead it, one bit each.</param>
/// <param name="Share">For each class its share, 0 the matches.</param>
/// <param name="Log">By class, field and level the natural logarithm of the level's probability.</param>
/// <param name="Chance">For each field the chance of each level between two records drawn at random.</param>
internal sealed record MixtureTables(int[] Leads, double[] Share, double[][][] Log, double[][] Chance);
