using System.Collections.Frozen;

namespace CustomerInsights.Core.Unification.Normalisation;

/// <summary>Words that say little about which organisation is meant: legal forms, articles, "group".</summary>
internal static class OrganizationTable
{
    private const string Words = """
        ab ag and as asa association bv bhd co company companies corp corporation cooperative coop cv cyf dba doo enterprise
        enterprises eg foundation gbr gmbh group holding holdings inc incorporated industries international intl kg kgaa kk
        limited llc llp lp ltd ltda mbh nv of ohg oy oyj partners partnership pc plc pllc pte pty pvt sa sarl sas se services
        sl solutions spa sprl srl sro the trust ug
        """;

    public static FrozenSet<string> NoiseWords() =>
        Words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
