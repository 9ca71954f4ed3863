namespace CustomerInsights.Plugins.Http;

/// <summary>What an address is, as far as it matters for who may connect to it.</summary>
internal enum AddressKind
{
    /// <summary>Somewhere on the internet.</summary>
    Public,

    /// <summary>On the premises: private use, unique local, shared by a carrier, or this machine.</summary>
    Private,

    /// <summary>Link-local, which is where clouds keep the credentials of a machine, or set aside for a special use.</summary>
    Special,

    /// <summary>No address of one machine: unspecified, multicast, broadcast.</summary>
    Never,
}
