namespace RescaleInterlink.Sandbox.Objects;

/// <summary>The checksum a client gave with an object or a part, proved right and kept with it.</summary>
/// <param name="Algorithm">Exactly one algorithm.</param>
/// <param name="Value">Base64 of the big-endian checksum; of a composite one followed by "-" and the number of parts.</param>
/// <param name="IsComposite">A checksum of the parts' checksums instead of one of the content.</param>
public sealed record ObjectChecksum(DigestAlgorithms Algorithm, string Value, bool IsComposite);
