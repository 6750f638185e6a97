using System.Globalization;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>The operations of multipart uploads.</summary>
internal sealed class MultipartOperations(ObjectRepository objects, S3Options options)
{
    // The most parts or uploads S3 lists at once.
    private const int MostListed = 1000;

    public Task CreateAsync(S3Call call)
    {
        var attributes = MetadataText.Read(call.Http);
        var (algorithm, isComposite) = ChecksumOf(call);
        var upload = objects.Uploads.Begin(call.Bucket, call.Key, attributes, algorithm, isComposite);
        if (algorithm != DigestAlgorithms.None)
        {
            call.Response.Headers["x-amz-checksum-algorithm"] = Checksums.NameOf(algorithm);
            call.Response.Headers["x-amz-checksum-type"] = isComposite ? "COMPOSITE" : "FULL_OBJECT";
        }

        return call.WriteXmlAsync("InitiateMultipartUploadResult", xml =>
        {
            xml.Element("Bucket", call.Bucket);
            xml.Element("Key", call.Key);
            xml.Element("UploadId", upload.Id);
        });
    }

    public async Task UploadPartAsync(S3Call call)
    {
        var number = call.PartNumber();
        var upload = Find(call);
        using var payload = call.OpenPayload();
        if (payload.Length > ObjectWrites.MostAtOnce) throw S3Errors.EntityTooLarge(payload.Length, ObjectWrites.MostAtOnce);
        CheckAlgorithm(upload, payload.ChecksumAlgorithm);
        using var staged = await objects.StageAsync(payload.Content, payload.Digests | upload.ChecksumAlgorithm, call.Aborted).ConfigureAwait(false);
        var checksum = payload.Verify(staged) ?? PartChecksum(upload, staged);
        var part = objects.Uploads.PutPart(upload, number, staged, checksum) ?? throw S3Errors.NoSuchUpload(upload.Id);
        call.Response.Headers.ETag = $"\"{part.ETag}\"";
        if (part.Checksum is not null) call.Response.Headers[Checksums.HeaderOf(part.Checksum.Algorithm)] = part.Checksum.Value;
        call.Answer(StatusCodes.Status200OK);
    }

    public async Task UploadPartCopyAsync(S3Call call)
    {
        var number = call.PartNumber();
        var upload = Find(call);
        var source = CopySource.Find(call, objects, options);
        var range = call.Header("x-amz-copy-source-range") is { } text
            ? ByteRange.Parse(text, source.Length) ?? throw S3Errors.InvalidArgument(
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
                "x-amz-copy-source-range", text)
            : new ByteRange(0, source.Length);
        var content = objects.OpenRead(source, range.Offset, range.Length);
        await using (content.ConfigureAwait(false))
        {
            using var staged = await objects.StageAsync(content, upload.ChecksumAlgorithm, call.Aborted).ConfigureAwait(false);
            var part = objects.Uploads.PutPart(upload, number, staged, PartChecksum(upload, staged)) ?? throw S3Errors.NoSuchUpload(upload.Id);
            await call.WriteXmlAsync("CopyPartResult", xml =>
            {
                xml.Element("LastModified", S3Xml.Time(part.LastModified));
                xml.Element("ETag", $"\"{part.ETag}\"");
                xml.Element(part.Checksum);
            }).ConfigureAwait(false);
        }
    }

    public Task ListPartsAsync(S3Call call)
    {
        var upload = Find(call);
        var limit = call.Number("max-parts", MostListed);
        var marker = call.Query["part-number-marker"] is { Length: > 0 } ? call.Number("part-number-marker", int.MaxValue) : 0;
        var behind = upload.Parts.Values.Where(part => part.Number > marker).Take(limit + 1).ToList();
        var parts = behind.Take(limit).ToList();
        return call.WriteXmlAsync("ListPartsResult", xml =>
        {
            xml.Element("Bucket", upload.Bucket);
            xml.Element("Key", call.NameEncoding()(upload.Key));
            xml.Element("UploadId", upload.Id);
            BucketOperations.Owner(xml, "Initiator");
            BucketOperations.Owner(xml, "Owner");
            xml.Element("StorageClass", "STANDARD");
            xml.Element("PartNumberMarker", marker);
            xml.Element("NextPartNumberMarker", parts.Count == 0 ? 0 : parts[^1].Number);
            xml.Element("MaxParts", limit);
            xml.Element("IsTruncated", limit > 0 && behind.Count > limit);
            if (upload.ChecksumAlgorithm != DigestAlgorithms.None)
            {
                xml.Element("ChecksumAlgorithm", Checksums.NameOf(upload.ChecksumAlgorithm));
                xml.Element("ChecksumType", upload.ChecksumIsComposite ? "COMPOSITE" : "FULL_OBJECT");
            }

            foreach (var part in parts)
                xml.Element("Part", () =>
                {
                    xml.Element("PartNumber", part.Number);
                    xml.Element("LastModified", S3Xml.Time(part.LastModified));
                    xml.Element("ETag", $"\"{part.ETag}\"");
                    xml.Element("Size", part.Segment.Length);
                    xml.Element(part.Checksum);
                });
        });
    }

    public Task ListUploadsAsync(S3Call call)
    {
        var page = UploadPage.Of(
            objects.Uploads.List(call.Bucket), call.Query["prefix"] ?? "", call.Query["delimiter"] ?? "",
            call.Query["key-marker"] ?? "", call.Query["upload-id-marker"] ?? "", call.Number("max-uploads", MostListed));
        var name = call.NameEncoding();
        return call.WriteXmlAsync("ListMultipartUploadsResult", xml =>
        {
            xml.Element("Bucket", call.Bucket);
            xml.Element("KeyMarker", name(call.Query["key-marker"] ?? ""));
            xml.Element("UploadIdMarker", call.Query["upload-id-marker"] ?? "");
            xml.Element("NextKeyMarker", page.NextKey is null ? null : name(page.NextKey));
            xml.Element("NextUploadIdMarker", page.NextId);
            if (call.Query["prefix"] is { } prefix) xml.Element("Prefix", name(prefix));
            if (call.Query["delimiter"] is { } delimiter) xml.Element("Delimiter", name(delimiter));
            if (call.Query["encoding-type"] is { Length: > 0 } encoding) xml.Element("EncodingType", encoding);
            xml.Element("MaxUploads", call.Number("max-uploads", MostListed));
            xml.Element("IsTruncated", page.NextKey is not null);
            foreach (var upload in page.Uploads)
                xml.Element("Upload", () =>
                {
                    xml.Element("Key", name(upload.Key));
                    xml.Element("UploadId", upload.Id);
                    BucketOperations.Owner(xml, "Initiator");
                    BucketOperations.Owner(xml, "Owner");
                    xml.Element("StorageClass", "STANDARD");
                    xml.Element("Initiated", S3Xml.Time(upload.Initiated));
                });
            foreach (var common in page.CommonPrefixes) xml.Element("CommonPrefixes", () => xml.Element("Prefix", name(common)));
        });
    }

    public async Task CompleteAsync(S3Call call)
    {
        var upload = Find(call);
        var completion = Completion.Read(await call.ReadXmlAsync().ConfigureAwait(false), call);
        var stored = objects.CompleteUpload(upload, (current, inPlace) =>
        {
            Preconditions.CheckWrite(call.Http.Headers, call.Key, inPlace);
            return completion.Choose(current, options.MinimumPartLength);
        }) ?? throw S3Errors.NoSuchUpload(upload.Id);
        await call.WriteXmlAsync("CompleteMultipartUploadResult", xml =>
        {
            xml.Element("Location", $"{call.Http.Scheme}://{call.Http.Host}{UriEncoding.EncodePath($"/{stored.Bucket}/{stored.Key}")}");
            xml.Element("Bucket", stored.Bucket);
            xml.Element("Key", stored.Key);
            xml.Element("ETag", $"\"{stored.ETag}\"");
            xml.Element(stored.Checksum);
            if (stored.Checksum is not null) xml.Element("ChecksumType", stored.Checksum.IsComposite ? "COMPOSITE" : "FULL_OBJECT");
        }).ConfigureAwait(false);
    }

    public Task AbortAsync(S3Call call)
    {
        var upload = Find(call);
        if (!objects.Uploads.Abort(upload)) throw S3Errors.NoSuchUpload(upload.Id);
        call.Answer(StatusCodes.Status204NoContent);
        return Task.CompletedTask;
    }

    private MultipartUpload Find(S3Call call)
    {
        var id = call.Query["uploadId"]!;
        return objects.Uploads.Find(call.Bucket, call.Key, id) ?? throw S3Errors.NoSuchUpload(id);
    }

    private static (DigestAlgorithms Algorithm, bool IsComposite) ChecksumOf(S3Call call)
    {
        var type = call.Header("x-amz-checksum-type");
        if (call.Header("x-amz-checksum-algorithm") is not { Length: > 0 } name)
            return type is null
                ? (DigestAlgorithms.None, false)
                : throw S3Errors.InvalidRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
        var algorithm = Checksums.ByName(name);
        if (algorithm == DigestAlgorithms.None)
            throw S3Errors.InvalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
        var isComposite = type switch
        {
            null or "" => algorithm != DigestAlgorithms.Crc64Nvme,
            "COMPOSITE" => true,
            "FULL_OBJECT" => false,
            _ => throw S3Errors.InvalidRequest("Value for x-amz-checksum-type header is invalid."),
        };
        var isCrc = algorithm is DigestAlgorithms.Crc32 or DigestAlgorithms.Crc32C or DigestAlgorithms.Crc64Nvme;
        if (isComposite ? algorithm == DigestAlgorithms.Crc64Nvme : !isCrc)
            throw S3Errors.InvalidRequest($"The {type} checksum type cannot be used with the {name.ToLowerInvariant()} checksum algorithm.");
        return (algorithm, isComposite);
    }

    private static void CheckAlgorithm(MultipartUpload upload, DigestAlgorithms given)
    {
        // Of an upload that announced none, S3 checks whatever a part brings and demands nothing.
        if (given == upload.ChecksumAlgorithm || upload.ChecksumAlgorithm == DigestAlgorithms.None) return;
        // A checksum of all content can be made from parts that bring none.
        if (given == DigestAlgorithms.None && !upload.ChecksumIsComposite) return;
        var actual = given == DigestAlgorithms.None ? "null" : Checksums.NameOf(given).ToLowerInvariant();
        throw S3Errors.InvalidRequest(
            $"Checksum Type mismatch occurred, expected checksum Type: {Checksums.NameOf(upload.ChecksumAlgorithm).ToLowerInvariant()}, actual checksum Type: {actual}");
    }

    private static ObjectChecksum? PartChecksum(MultipartUpload upload, StagedContent staged) => upload.ChecksumAlgorithm == DigestAlgorithms.None
        ? null
        : new ObjectChecksum(upload.ChecksumAlgorithm, Convert.ToBase64String(staged.Digest(upload.ChecksumAlgorithm)), false);
}
