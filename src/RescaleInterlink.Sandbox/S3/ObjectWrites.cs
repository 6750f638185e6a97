using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>PutObject, CopyObject and DeleteObject.</summary>
internal sealed class ObjectWrites(ObjectRepository objects, S3Options options)
{
    /// <summary>Most bytes of one PutObject, part or copy: 5 GiB.</summary>
    public const long MostAtOnce = 5L * 1024 * 1024 * 1024;

    public async Task PutAsync(S3Call call)
    {
        var attributes = MetadataText.Read(call.Http);
        // Refused now, if it can be, and not after gigabytes; asked again at the moment of the commit.
        Preconditions.CheckWrite(call.Http.Headers, call.Key, objects.Find(call.Bucket, call.Key));
        using var payload = call.OpenPayload();
        if (payload.Length > MostAtOnce) throw S3Errors.EntityTooLarge(payload.Length, MostAtOnce);
        using var staged = await objects.StageAsync(payload.Content, payload.Digests, call.Aborted).ConfigureAwait(false);
        attributes = attributes with { Checksum = payload.Verify(staged) };
        var stored = objects.Commit(call.Bucket, call.Key, staged, attributes, inPlace =>
        {
            Preconditions.CheckWrite(call.Http.Headers, call.Key, inPlace);
            return true;
        })!;
        call.Response.Headers.ETag = $"\"{stored.ETag}\"";
        call.SetChecksum(stored.Checksum);
        call.Answer(StatusCodes.Status200OK);
    }

    public async Task CopyAsync(S3Call call)
    {
        var source = CopySource.Find(call, objects, options);
        var replaces = "REPLACE".Equals(call.Header("x-amz-metadata-directive"), StringComparison.OrdinalIgnoreCase);
        if (!replaces && source.Bucket == call.Bucket && source.Key == call.Key)
            throw S3Errors.InvalidRequest(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.");
        if (source.Length > MostAtOnce)
            throw S3Errors.InvalidRequest($"The specified copy source is larger than the maximum allowable size for a copy source: {MostAtOnce}");
        var attributes = replaces ? MetadataText.Read(call.Http) : new ObjectAttributes(source.Metadata, source.Headers);
        var algorithm = source.Checksum?.Algorithm ?? DigestAlgorithms.None;
        var content = objects.OpenRead(source);
        await using (content.ConfigureAwait(false))
        {
            using var staged = await objects.StageAsync(content, algorithm, call.Aborted).ConfigureAwait(false);
            var checksum = algorithm == DigestAlgorithms.None ? null : new ObjectChecksum(algorithm, Convert.ToBase64String(staged.Digest(algorithm)), false);
            var stored = objects.Commit(call.Bucket, call.Key, staged, attributes with { Checksum = checksum })!;
            await call.WriteXmlAsync("CopyObjectResult", xml =>
            {
                xml.Element("LastModified", S3Xml.Time(stored.LastModified));
                xml.Element("ETag", $"\"{stored.ETag}\"");
                xml.Element(stored.Checksum);
            }).ConfigureAwait(false);
        }
    }

    /// <summary>Deleting what is not there is no error in S3.</summary>
    public Task DeleteAsync(S3Call call)
    {
        objects.Delete(call.Bucket, call.Key);
        call.Answer(StatusCodes.Status204NoContent);
        return Task.CompletedTask;
    }
}
