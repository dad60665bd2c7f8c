// noop-gate SOCKET: a gate that allows everything, for what asking any gate costs an engine.
package main

import (
	"io"
	"log"
	"net"
	"net/http"
	"os"
)

func answerWith(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			log.Print(err)
		}
		w.Header().Set("Content-Type", "application/vnd.docker.plugins.v1.2+json")
		if _, err := io.WriteString(w, text); err != nil {
			log.Print(err)
		}
	}
}

func main() {
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/Plugin.Activate", answerWith(`{"Implements":["authz"]}`))
	http.HandleFunc("/", answerWith(`{"Allow":true}`))
	log.Fatal(http.Serve(listener, nil))
}
