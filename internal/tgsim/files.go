package tgsim

import (
	"fmt"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// maxDownload is the largest file that a bot can fetch.
const maxDownload = 20 << 20

type file struct {
	id   string
	name string
	mime string
	path string // below /file/bot{token}/
	data []byte
}

func (f *file) unique() string { return "AQAD" + strings.TrimPrefix(f.id, "BQAC") }

func (f *file) document() *Document {
	return &Document{FileID: f.id, FileUniqueID: f.unique(), FileName: f.name, MimeType: f.mime, FileSize: len(f.data)}
}

// store keeps a file for downloads, whoever sent it.
func (s *Server) store(kind string, u upload) *file {
	s.lastFile++
	ext := strings.ToLower(path.Ext(u.name))
	if u.mime == "" || u.mime == "application/octet-stream" {
		u.mime = mime.TypeByExtension(ext)
	}
	f := &file{
		id:   "BQAC" + strconv.Itoa(s.lastFile),
		name: u.name, mime: u.mime, data: u.data,
		path: fmt.Sprintf("%s/file_%d%s", kind, s.lastFile, ext),
	}
	s.files[f.id] = f
	return f
}

// fileParam is the file that a method's parameter names: an upload, attach://<upload>, or a file ID.
func (s *Server) fileParam(c *call, name string) (*file, *apiError) {
	value := c.args[name]
	part := name
	if attached, ok := strings.CutPrefix(value, "attach://"); ok {
		part = attached
	}
	if u, ok := c.files[part]; ok {
		if len(u.data) == 0 {
			return nil, badRequest("file must be non-empty")
		}
		return s.store(name+"s", u), nil
	}
	switch f := s.files[value]; {
	case f != nil:
		return f, nil
	case value == "":
		return nil, badRequest("There is no %s in the request", name)
	case strings.HasPrefix(value, "http"):
		return nil, badRequest("Failed to get HTTP URL content")
	}
	return nil, badRequest("Wrong file identifier/HTTP URL specified")
}

func (s *Server) getFile(c *call) (any, *apiError) {
	if c.args["file_id"] == "" {
		return nil, badRequest("file_id not specified")
	}
	f := s.files[c.args["file_id"]]
	if f == nil {
		return nil, badRequest("wrong file_id or the file is temporarily unavailable")
	}
	if len(f.data) > maxDownload {
		return nil, badRequest("file is too big")
	}
	return struct {
		ID     string `json:"file_id"`
		Unique string `json:"file_unique_id"`
		Size   int    `json:"file_size"`
		Path   string `json:"file_path"`
	}{f.id, f.unique(), len(f.data), f.path}, nil
}

// serveFile answers a download of {token}/{path}.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, rest string) {
	token, name, _ := strings.Cut(rest, "/")
	if token != s.opts.Token {
		answer(w, nil, &apiError{code: 401, text: "Unauthorized"})
		return
	}
	f := s.fileAt(name)
	if f == nil || r.Method != http.MethodGet {
		answer(w, nil, notFound())
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(f.data) // a client that is gone has nobody to tell
}

func (s *Server) fileAt(name string) *file {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		if f.path == name {
			return f
		}
	}
	return nil
}
